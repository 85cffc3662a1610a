// The RTMP chunk stream (RTMP 1.0, 5.3): chunks in, messages out, and back.
//
// Owns    the partly received message of each chunk stream.
// Thread  one.
// Never   reserves by a declared length, recurses, or looks inside a message except for chunk size and
//         abort, which change how the next chunk is read.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "wire/byte_reader.h"
#include "wire/byte_writer.h"

namespace vitrine {

inline constexpr uint32_t kRtmpChunkDefault = 128;     // bytes, until either side says otherwise
inline constexpr uint32_t kRtmpChunkMax = 65'536;      // bytes; a larger Set Chunk Size is refused
inline constexpr size_t kRtmpMessageMax = 16'777'215;  // bytes; the length field has 24 bits
inline constexpr size_t kRtmpAggregateMax = 4'096;     // messages in one aggregate
// Bytes of unfinished messages of all chunk streams together: twice the largest message allowed, at most
// this.
inline constexpr size_t kRtmpPartialMax = 20'971'520;
inline constexpr size_t kRtmpChunkStreamsMax = 64;  // chunk streams one peer may open

// RTMP 1.0, 5.4 and 7.1
enum class RtmpType : uint8_t {
  set_chunk_size = 1,
  abort = 2,
  acknowledgement = 3,
  user_control = 4,
  window_ack_size = 5,
  set_peer_bandwidth = 6,
  audio = 8,
  video = 9,
  data_amf3 = 15,
  command_amf3 = 17,
  data_amf0 = 18,
  command_amf0 = 20,
  aggregate = 22,
};

struct RtmpMessage {
  RtmpType type{};  // may hold a number the enum does not name
  uint32_t stream_id = 0;
  uint32_t time_ms = 0;  // wraps at 2^32
  std::vector<uint8_t> body;
};

class RtmpChunkReader {
 public:
  // Takes bytes off the front of `in` until a message is complete or `in` is empty. Set Chunk Size and
  // Abort are obeyed and not returned.
  // Errors: `too_large` "rtmp.message", "rtmp.partial", "rtmp.chunk_size"; `exhausted`
  // "rtmp.chunk_streams"; `invalid_input` "rtmp.first_chunk" for a chunk that leans on one never seen.
  Result<std::optional<RtmpMessage>> next(Bytes& in);

  // Messages longer than this are refused; at most kRtmpMessageMax. So with 64 KiB for whoever is not yet
  // admitted, a connection holds 128 KiB whatever it declares.
  void limit_messages(size_t bytes) {
    message_max_ = bytes;
    partial_max_ = std::min(2 * bytes, kRtmpPartialMax);
  }
  // The least chunk size that is accepted and, when already set lower, tolerated.
  // Errors: `too_large` "rtmp.chunk_size" when the present one is below it.
  Result<void> require_chunk_size(uint32_t least);

 private:
  // RTMP 1.0, 5.3.1.2: what a chunk stream remembers for its shorter headers.
  struct ChunkStream {
    uint32_t time_ms = 0;
    uint32_t time_field = 0;  // the last timestamp or delta as it was sent
    bool extended = false;    // that field came in the extended 4 bytes
    uint32_t length = 0;
    uint8_t type = 0;
    uint32_t stream_id = 0;
    bool inside = false;  // a message has begun and is not finished
    std::vector<uint8_t> partial;
  };
  struct BasicHeader {
    int format = 0;
    uint32_t chunk_stream = 0;
    size_t size = 1;
  };
  enum class Step : uint8_t { header, payload };

  BasicHeader basic_header() const;
  size_t header_need() const;
  Result<void> take_header(Bytes& in);
  Result<void> finish_header();
  Result<ChunkStream*> chunk_stream(const BasicHeader& basic);
  Result<void> begin_message(ChunkStream& chunk, int format);
  Result<void> take_payload(Bytes& in);
  std::optional<RtmpMessage> finish_chunk();
  Result<bool> obey(const RtmpMessage& message);
  void drop_partial(ChunkStream& chunk);

  std::map<uint32_t, ChunkStream> streams_;
  std::array<uint8_t, 18> header_{};  // 3 basic + 11 message + 4 extended
  size_t header_size_ = 0;
  std::vector<uint8_t> put_back_;  // at most 4 bytes that turned out not to be a timestamp
  Step step_ = Step::header;
  ChunkStream* current_ = nullptr;  // set in Step::payload; map nodes do not move
  size_t chunk_left_ = 0;
  size_t partial_bytes_ = 0;
  uint32_t chunk_size_ = kRtmpChunkDefault;
  uint32_t chunk_size_least_ = 1;
  size_t message_max_ = kRtmpMessageMax;
  size_t partial_max_ = kRtmpPartialMax;
};

// A message without its body.
struct RtmpHead {
  RtmpType type{};
  uint32_t stream_id = 0;
  uint32_t time_ms = 0;
  size_t body_bytes = 0;
};
// The type 0 header with which a message begins. `chunk_stream` is 2..63.
void write_rtmp_head(ByteWriter& out, uint8_t chunk_stream, const RtmpHead& head);
// Appends a message as chunks: a type 0 header, then type 3. `chunk_stream` is 2..63.
void write_rtmp_message(ByteWriter& out, uint8_t chunk_stream, const RtmpMessage& message,
                        uint32_t chunk_size);

// The messages inside an aggregate (RTMP 1.0, 7.1.6), their times moved so that the first has the
// aggregate's. Errors: `truncated`; `invalid_input` "rtmp.aggregate" for one inside another; `too_large`
// "rtmp.aggregate" past kRtmpAggregateMax, since an empty message costs more to hold than to send.
Result<std::vector<RtmpMessage>> split_aggregate(const RtmpMessage& aggregate);

}  // namespace vitrine
