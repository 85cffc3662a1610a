// The server's side of one RTMP connection as a state machine: the peer's bytes in, events and the
// bytes to send out. RTMP 1.0 with the commands FFmpeg, OBS and librtmp use to publish.
//
//   handshake --C2--> connecting --connect--> connected --publish--> asked --accept--> publishing
//                                                 ^                    |                    |
//                                                 |<--FCUnpublish, deleteStream, closeStream|
//                                     refuse: the connection is to be closed
//
// Owns    the chunk reader and the bytes waiting to be sent.
// Thread  one.
// Never   touches a socket or a clock, recurses on what a peer sends, or decides who may publish.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "media/protocol/amf0.h"
#include "media/protocol/rtmp_chunk.h"

namespace vitrine {

inline constexpr uint32_t kRtmpChunkLeast = 128;          // from connect on: 1-byte chunks burn our CPU
inline constexpr uint32_t kRtmpChunkOut = 4'096;          // what we announce and send with
inline constexpr uint32_t kRtmpWindow = 2'500'000;        // bytes between acknowledgements
inline constexpr size_t kRtmpCommandMessageMax = 65'536;  // bytes, until publishing is accepted
inline constexpr int kRtmpCommandsMax = 256;              // commands in one connection
inline constexpr int kRtmpNetStreamsMax = 8;              // createStream calls in one connection
inline constexpr std::string_view kRtmpApp = "live";

// `publish` asks; answer with accept_publish() or refuse_publish() before the next call of next().
struct RtmpPublishAsked {
  std::string name;     // as sent, without its query; not yet checked against any rule
  std::string query;    // of the name, the tcUrl and the app, joined with '&': "key=...&takeover=1"
  std::string encoder;  // flashVer: "FMLE/3.0 (compatible; FMSc/1.0)"
};
struct RtmpMedia {
  bool video = false;
  uint32_t time_ms = 0;       // wraps at 2^32
  std::vector<uint8_t> body;  // as in an FLV tag; never empty
};
struct RtmpMetadata {
  Amf0Object data;  // onMetaData's object
};
struct RtmpPublishEnded {};
using RtmpEvent = std::variant<RtmpPublishAsked, RtmpMedia, RtmpMetadata, RtmpPublishEnded>;

class RtmpSession {
 public:
  explicit RtmpSession(Random& random) : random_(random) { chunks_.limit_messages(kRtmpCommandMessageMax); }

  // Takes bytes off the front of `in` until something has happened that concerns the caller; empty once
  // `in` is. Send take_output() after every call, also after an error, then close.
  // Errors: those of the handshake, the chunk reader and AMF0; `invalid_input` "rtmp.app",
  // "rtmp.repeated", "rtmp.order"; `exhausted` "rtmp.commands", "rtmp.net_streams".
  Result<std::optional<RtmpEvent>> next(Bytes& in);

  void accept_publish();
  // Also ends a stream that was accepted. `code` such as "NetStream.Publish.BadName"; `description` is
  // shown to the person publishing. The caller sends take_output() and closes.
  void refuse_publish(std::string_view code, std::string_view description);

  std::vector<uint8_t> take_output() { return output_.take(); }
  bool handshaken() const { return state_ > State::c2; }
  bool publishing() const { return state_ == State::publishing; }

 private:
  enum class State : uint8_t { c0_c1, c2, connecting, connected, asked, publishing };
  struct Command {
    std::string_view name;
    double transaction = 0;
    const Amf0Object* object = nullptr;   // null when the peer sent null
    std::vector<std::string_view> texts;  // the text arguments after the object, in order
    uint32_t stream_id = 0;
  };
  using Outcome = Result<std::optional<RtmpEvent>>;

  Result<void> take_handshake(Bytes& in);
  Outcome on_message(RtmpMessage message);
  Outcome on_media(RtmpMessage message);
  Outcome on_data(Bytes body);
  Outcome on_command(Bytes body, uint32_t stream_id);
  Outcome dispatch(const Command& command);
  Outcome on_connect(const Command& command);
  Outcome on_create_stream(const Command& command);
  Outcome on_publish(const Command& command);
  Outcome on_end();
  void on_user_control(Bytes body);
  Result<void> on_aggregate(const RtmpMessage& message);

  void acknowledge(size_t taken);
  void send(RtmpType type, uint32_t stream_id, std::vector<uint8_t> body);
  void send_command(uint32_t stream_id, const std::vector<Amf0Value>& values);
  void send_status(uint32_t stream_id, std::string_view level, std::string_view code,
                   std::string_view description);

  Random& random_;
  State state_ = State::c0_c1;
  std::vector<uint8_t> handshake_;
  RtmpChunkReader chunks_;
  std::vector<RtmpMessage> split_;  // messages of an aggregate not yet handed on, last first
  ByteWriter output_;
  std::string tc_url_query_;
  std::string encoder_;
  std::string publish_name_;
  uint32_t publish_stream_id_ = 0;
  int commands_ = 0;
  int net_streams_ = 0;
  uint32_t window_ = kRtmpWindow;
  uint32_t received_ = 0;      // bytes, wraps at 2^32 as the acknowledgement does
  uint32_t acknowledged_ = 0;  // `received_` at the last acknowledgement
};

}  // namespace vitrine
