// What both ends of an RTMP connection do alike once they have shaken hands: chunks in, whole messages
// out; pings answered, bytes acknowledged, aggregates split, commands written.
//
// Owns    the chunk reader and the bytes waiting to be sent.
// Thread  one.
// Never   knows which end it is, touches a socket, or recurses on what a peer sends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "media/protocol/amf0.h"
#include "media/protocol/rtmp_chunk.h"

namespace vitrine {

inline constexpr uint32_t kRtmpChunkLeast = 128;  // bytes; 1-byte chunks burn our CPU
// What we announce and send with. As large as players and encoders take without a word, so that all but
// the largest frames are one chunk and their payload is sent from where it lies (egress/rtmp_feed.h).
inline constexpr uint32_t kRtmpChunkOut = 60'000;
inline constexpr uint32_t kRtmpWindow = 2'500'000;        // bytes between acknowledgements
inline constexpr size_t kRtmpCommandMessageMax = 65'536;  // bytes, while nothing but commands may come

// The chunk streams we send on (RTMP 1.0 leaves all but 2 free). Media has its own, so that a feed's
// slabs never share header state with what is meant for one peer.
inline constexpr uint8_t kRtmpControlChunks = 2;
inline constexpr uint8_t kRtmpCommandChunks = 3;
inline constexpr uint8_t kRtmpAudioChunks = 4;
inline constexpr uint8_t kRtmpDataChunks = 5;
inline constexpr uint8_t kRtmpVideoChunks = 6;

// RTMP 1.0, 7.1.7
enum class RtmpControl : uint16_t {
  stream_begin = 0,
  stream_eof = 1,
  set_buffer_length = 3,
  ping_request = 6,
  ping_response = 7,
};

// A command or a data message: its AMF0 values.
struct RtmpCommand {
  std::vector<Amf0Value> values;
  uint32_t stream_id = 0;

  // Empty, 0 or null when the value is missing or of another type.
  std::string_view name() const { return text_at(0); }
  double transaction() const;
  const Amf0Object* object_at(size_t index) const;
  std::string_view text_at(size_t index) const;
  // The first text after the command object: the stream's name in publish and play.
  std::string_view first_text() const;
};
// Also of the AMF3 types. Errors: those of read_amf0 and read_amf3_message.
Result<RtmpCommand> read_rtmp_command(const RtmpMessage& message);

// "onStatus" and "_error" carry one of these.
Amf0Object rtmp_status(std::string_view level, std::string_view code, std::string_view description);

class RtmpLink {
 public:
  RtmpLink() { chunks_.limit_messages(kRtmpCommandMessageMax); }

  // Takes bytes off the front of `in` until a message has come that concerns the caller: audio, video,
  // data, a command; empty once `in` is. Errors: those of the chunk reader.
  Result<std::optional<RtmpMessage>> next(Bytes& in);
  // Bytes that came before the chunks: the handshake counts too (RTMP 1.0, 5.4.3).
  void count(size_t bytes) { received_ += static_cast<uint32_t>(bytes); }

  // Our window, peer bandwidth and chunk size; what is sent after it comes in chunks of kRtmpChunkOut.
  void announce();
  void send(RtmpType type, uint32_t stream_id, std::vector<uint8_t> body);
  void send_control(RtmpControl event, uint32_t stream_id);
  void send_command(uint32_t stream_id, const std::vector<Amf0Value>& values);
  void send_data(uint32_t stream_id, const std::vector<Amf0Value>& values);
  void send_status(uint32_t stream_id, std::string_view level, std::string_view code,
                   std::string_view description);
  // Bytes that are no chunk: the handshake.
  void send_raw(Bytes bytes) { output_.bytes(bytes); }
  bool has_output() const { return output_.size() > 0; }
  std::vector<uint8_t> take_output() { return output_.take(); }

  // Errors: `too_large` "rtmp.chunk_size".
  Result<void> require_chunk_size(uint32_t least) { return chunks_.require_chunk_size(least); }
  void limit_messages(size_t bytes) { chunks_.limit_messages(bytes); }

 private:
  Result<bool> handle(const RtmpMessage& message);
  void on_control(Bytes body);
  Result<void> split(const RtmpMessage& message);
  void acknowledge();

  RtmpChunkReader chunks_;
  std::vector<RtmpMessage> split_;  // messages of an aggregate not yet handed on, last first
  ByteWriter output_;
  uint32_t chunk_out_ = kRtmpChunkDefault;
  uint32_t window_ = kRtmpWindow;
  uint32_t received_ = 0;      // bytes, wraps at 2^32 as the acknowledgement does
  uint32_t acknowledged_ = 0;  // `received_` at the last acknowledgement
};

}  // namespace vitrine
