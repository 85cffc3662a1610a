// The server's side of one RTMP connection as a state machine: the peer's bytes in, events and the
// bytes to send out. RTMP 1.0 with the commands FFmpeg, OBS, librtmp and nginx-rtmp use.
//
//   handshake --C2--> connecting --connect--> connected --publish--> publish asked --accept--> publishing
//                                              ^  |   ^                                            |
//                                              |  |   +------FCUnpublish, deleteStream, closeStream+
//                                              | play
//                 deleteStream, closeStream,   |  v
//                 end_play                     | play asked --accept--> playing --play--> play asked
//                                              +--------------------------+
//                                     refuse: the connection is to be closed
//
// Owns    the link (chunks and output) and what the commands so far have said.
// Thread  one.
// Never   touches a socket or a clock, recurses on what a peer sends, or decides who may publish or watch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "media/protocol/rtmp_connect.h"
#include "media/protocol/rtmp_link.h"

namespace vitrine {

inline constexpr int kRtmpCommandsMax = 256;  // commands in one connection
inline constexpr int kRtmpNetStreamsMax = 8;  // createStream calls in one connection
// The message stream every viewer is played on: a feed's chunks are made once, for all of them.
inline constexpr uint32_t kRtmpPlayStream = 1;

// `publish` asks; answer with accept_publish() or refuse_publish() before the next call of next().
struct RtmpPublishAsked {
  std::string name;     // as sent, without its query; not yet checked against any rule
  std::string query;    // of the name, the tcUrl and the app, joined with '&': "key=...&takeover=1"
  std::string encoder;  // flashVer: "FMLE/3.0 (compatible; FMSc/1.0)"
};
// `play` asks, also while something is played already; answer with accept_play() or refuse_play() before
// the next call of next().
struct RtmpPlayAsked {
  std::string name;   // as RtmpPublishAsked
  std::string query;  // as RtmpPublishAsked
  std::string page;   // pageUrl; empty when the player says none
};
// Answered already. Paused: nothing is to be sent until it goes on.
struct RtmpPauseAsked {
  bool paused = false;
};
struct RtmpPlayEnded {};
struct RtmpMedia {
  bool video = false;
  uint32_t time_ms = 0;       // wraps at 2^32
  std::vector<uint8_t> body;  // as in an FLV tag; never empty
};
struct RtmpMetadata {
  Amf0Object data;  // onMetaData's object
};
struct RtmpPublishEnded {};
using RtmpEvent = std::variant<RtmpPublishAsked, RtmpMedia, RtmpMetadata, RtmpPublishEnded, RtmpPlayAsked,
                               RtmpPauseAsked, RtmpPlayEnded>;

class RtmpSession {
 public:
  explicit RtmpSession(Random& random) : random_(&random) {}

  // Takes bytes off the front of `in` until something has happened that concerns the caller; empty once
  // `in` is. Send take_output() after every call, also after an error, then close.
  // Errors: those of the handshake, the chunk reader and AMF0; `invalid_input` "rtmp.app",
  // "rtmp.repeated", "rtmp.order"; `exhausted` "rtmp.commands", "rtmp.net_streams".
  Result<std::optional<RtmpEvent>> next(Bytes& in);

  void accept_publish();
  // Also ends a stream that was accepted. `code` such as "NetStream.Publish.BadName"; `description` is
  // shown to the person publishing. The caller sends take_output() and closes.
  void refuse_publish(std::string_view code, std::string_view description);

  // Everything a player hears before the stream's own onMetaData.
  void accept_play();
  // `code` such as "NetStream.Play.StreamNotFound". The caller sends take_output() and closes.
  void refuse_play(std::string_view code, std::string_view description);
  // The stream is over.
  void end_play();

  bool has_output() const { return link_.has_output(); }
  std::vector<uint8_t> take_output() { return link_.take_output(); }
  bool handshaken() const { return state_ > State::c2; }
  bool publishing() const { return state_ == State::publishing; }
  bool playing() const { return state_ == State::playing; }

 private:
  enum class State : uint8_t {
    c0_c1,
    c2,
    connecting,
    connected,
    publish_asked,
    publishing,
    play_asked,
    playing
  };
  using Outcome = Result<std::optional<RtmpEvent>>;

  Result<void> take_handshake(Bytes& in);
  Outcome on_message(RtmpMessage message);
  Outcome on_data(const RtmpMessage& message);
  Outcome on_command(const RtmpMessage& message);
  Outcome on_connect(const RtmpCommand& command);
  Outcome on_create_stream(const RtmpCommand& command);
  Outcome on_publish(const RtmpCommand& command);
  Outcome on_end(const RtmpCommand& command);
  Outcome on_play(const RtmpCommand& command);
  Outcome on_pause(const RtmpCommand& command);
  Outcome on_seek(const RtmpCommand& command);
  Outcome on_call(const RtmpCommand& command);

  Random* random_;  // a pointer so that a session can move
  State state_ = State::c0_c1;
  std::vector<uint8_t> handshake_;
  RtmpLink link_;
  RtmpApp app_;
  std::string encoder_;
  std::string page_;
  std::string stream_name_;  // what was asked to be published or played, without its query
  uint32_t publish_stream_id_ = 0;
  int commands_ = 0;
  uint8_t net_streams_ = 0;  // a bit for each that is open: 0 is number 1
};

}  // namespace vitrine
