// The client's side of one RTMP connection that plays a stream of another server: the server's bytes in,
// the stream's messages and the bytes to send out.
//
//   C0 C1 --S0 S1 S2--> C2, connect --_result--> createStream --_result--> play --Play.Start--> playing
//                            | _error, onStatus error                         |                   | end
//                            v                                                v                   v
//                          Error                                            Error           RtmpPlayEnded
//
// Owns    the link (chunks and output).
// Thread  one.
// Never   touches a socket or a clock, sends a digest (servers answer the simple handshake too), or believes
//         what a server says of lengths.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "media/protocol/rtmp_session.h"

namespace vitrine {

// What `connect` and `play` name. All as a player would write them.
struct RtmpPlayTarget {
  std::string app;     // "live"
  std::string tc_url;  // "rtmp://host:1935/live"
  std::string stream;  // "demo?token=..."
};

class RtmpClient {
 public:
  static constexpr int kCommandsMax = 4'096;  // commands of one connection: servers have little to say

  // The greeting is in take_output() at once.
  RtmpClient(RtmpPlayTarget target, Random& random);

  // Takes bytes off the front of `in` until something has happened: RtmpMedia, RtmpMetadata or
  // RtmpPlayEnded; empty once `in` is. Send take_output() after every call.
  // Errors: those of the chunk reader; `unsupported` "rtmp.version"; `invalid_input` "rtmp.order" for what
  // is no command; `not_found` "rtmp.not_found", `forbidden` "rtmp.refused" when the server will not play;
  // `exhausted` "rtmp.commands".
  Result<std::optional<RtmpEvent>> next(Bytes& in);
  std::vector<uint8_t> take_output() { return link_.take_output(); }
  bool playing() const { return state_ == State::playing; }

 private:
  enum class State : uint8_t { handshake, connecting, creating, asking, playing };
  using Outcome = Result<std::optional<RtmpEvent>>;

  Result<void> take_handshake(Bytes& in);
  Outcome on_message(RtmpMessage message);
  Outcome on_command(const RtmpMessage& message);
  Outcome on_result(const RtmpCommand& command);
  Outcome on_status(const RtmpCommand& command);
  void send_connect();

  RtmpPlayTarget target_;
  State state_ = State::handshake;
  std::vector<uint8_t> handshake_;
  RtmpLink link_;
  int commands_ = 0;
};

}  // namespace vitrine
