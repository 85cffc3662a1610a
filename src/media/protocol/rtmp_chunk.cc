#include "media/protocol/rtmp_chunk.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr uint32_t kExtendedMark = 0xffffff;  // RTMP 1.0, 5.3.1.3
constexpr std::array<size_t, 4> kMessageHeaderBytes{11, 7, 3, 0};

}  // namespace

Result<void> RtmpChunkReader::require_chunk_size(uint32_t least) {
  chunk_size_least_ = least;
  if (chunk_size_ < least) return Error{ErrorKind::too_large, "rtmp.chunk_size"};
  return {};
}

Result<std::optional<RtmpMessage>> RtmpChunkReader::next(Bytes& in) {
  while (true) {
    const auto held = std::exchange(put_back_, {});
    Bytes spare = held;
    Bytes& source = spare.empty() ? in : spare;
    auto took = step_ == Step::header ? take_header(source) : take_payload(source);
    if (!took) return took.error();
    put_back_.insert(put_back_.end(), spare.begin(), spare.end());
    if (step_ == Step::payload && chunk_left_ == 0) {
      auto message = finish_chunk();
      if (message) {
        const auto obeyed = obey(*message);
        if (!obeyed) return obeyed.error();
        if (!*obeyed) return message;
      }
    }
    if (in.empty() && put_back_.empty()) return std::optional<RtmpMessage>();
  }
}

// RTMP 1.0, 5.3.1.1. Needs the bytes it names.
RtmpChunkReader::BasicHeader RtmpChunkReader::basic_header() const {
  BasicHeader out;
  out.format = header_[0] >> 6;
  const uint32_t low = header_[0] & 0x3f;
  if (low == 0) {
    out.size = 2;
    out.chunk_stream = 64U + header_[1];
  } else if (low == 1) {
    out.size = 3;
    out.chunk_stream = 64U + header_[1] + 256U * header_[2];
  } else {
    out.chunk_stream = low;
  }
  return out;
}

// How many bytes the header has, as far as those already here can tell.
size_t RtmpChunkReader::header_need() const {
  if (header_size_ == 0) return 1;
  const auto basic = basic_header();
  const size_t plain = basic.size + kMessageHeaderBytes[basic.format];
  if (header_size_ < plain) return plain;
  if (basic.format == 3) {
    const auto found = streams_.find(basic.chunk_stream);
    return found != streams_.end() && found->second.extended ? plain + 4 : plain;
  }
  ByteReader reader(Bytes(header_).subspan(basic.size));
  return reader.u24() == kExtendedMark ? plain + 4 : plain;
}

Result<void> RtmpChunkReader::take_header(Bytes& in) {
  while (header_size_ < header_need() && !in.empty()) {
    header_[header_size_++] = in.front();
    in = in.subspan(1);
  }
  if (header_size_ < header_need()) return {};
  return finish_header();
}

Result<void> RtmpChunkReader::finish_header() {
  const auto basic = basic_header();
  auto found = chunk_stream(basic);
  if (!found) return found.error();
  ChunkStream& chunk = **found;
  if (basic.format != 3 || !chunk.inside) {
    if (auto begun = begin_message(chunk, basic.format); !begun) return begun;
  }
  if (basic.format == 3 && chunk.extended) {
    // RTMP 1.0, 5.3.1.3 repeats the extended timestamp on type 3 chunks, but some publishers leave it
    // out, and some repeat the message's time where the field was a delta. Take these 4 bytes as a
    // timestamp only if they equal either; otherwise they are payload. A payload that starts with those 4
    // bytes is misread; that is rarer than such publishers. Test: Type3WithoutExtendedTimestamp.
    const Bytes four = Bytes(header_).subspan(basic.size, 4);
    const uint32_t sent = ByteReader(four).u32();
    if (sent != chunk.time_field && sent != chunk.time_ms) put_back_.assign(four.begin(), four.end());
  }
  header_size_ = 0;
  current_ = &chunk;
  chunk_left_ = std::min<size_t>(chunk_size_, chunk.length - chunk.partial.size());
  step_ = Step::payload;
  return {};
}

Result<RtmpChunkReader::ChunkStream*> RtmpChunkReader::chunk_stream(const BasicHeader& basic) {
  const auto found = streams_.find(basic.chunk_stream);
  if (found != streams_.end()) return &found->second;
  // The specification wants type 0 here; librtmp opens the control stream with type 1.
  if (basic.format > 1) return Error{ErrorKind::invalid_input, "rtmp.first_chunk"};
  if (streams_.size() >= kRtmpChunkStreamsMax) return Error{ErrorKind::exhausted, "rtmp.chunk_streams"};
  return &streams_[basic.chunk_stream];
}

Result<void> RtmpChunkReader::begin_message(ChunkStream& chunk, int format) {
  drop_partial(chunk);  // a new header in the middle of a message gives the message up
  if (format < 3) {
    ByteReader reader(Bytes(header_).subspan(basic_header().size));
    chunk.time_field = reader.u24();
    chunk.extended = chunk.time_field == kExtendedMark;
    if (format <= 1) {
      chunk.length = reader.u24();
      chunk.type = reader.u8();
    }
    if (format == 0) chunk.stream_id = reader.u32_little();
    if (chunk.extended) chunk.time_field = reader.u32();
  }
  // Types 1 to 3 carry or repeat a delta; a type 3 after a type 0 repeats its timestamp as a delta
  // (RTMP 1.0, 5.3.1.2.4).
  chunk.time_ms = format == 0 ? chunk.time_field : chunk.time_ms + chunk.time_field;
  if (chunk.length > message_max_) return Error{ErrorKind::too_large, "rtmp.message"};
  chunk.inside = true;
  return {};
}

Result<void> RtmpChunkReader::take_payload(Bytes& in) {
  const size_t count = std::min(chunk_left_, in.size());
  if (partial_bytes_ + count > partial_max_) return Error{ErrorKind::too_large, "rtmp.partial"};
  current_->partial.insert(current_->partial.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(count));
  partial_bytes_ += count;
  chunk_left_ -= count;
  in = in.subspan(count);
  return {};
}

// After the last byte of a chunk: the message, if this chunk was its last.
std::optional<RtmpMessage> RtmpChunkReader::finish_chunk() {
  step_ = Step::header;
  ChunkStream& chunk = *std::exchange(current_, nullptr);
  if (chunk.partial.size() < chunk.length) return std::nullopt;
  partial_bytes_ -= chunk.partial.size();
  chunk.inside = false;
  return RtmpMessage{static_cast<RtmpType>(chunk.type), chunk.stream_id, chunk.time_ms,
                     std::exchange(chunk.partial, {})};
}

// True when the message was for this reader.
Result<bool> RtmpChunkReader::obey(const RtmpMessage& message) {
  if (message.type != RtmpType::set_chunk_size && message.type != RtmpType::abort) return false;
  ByteReader reader(message.body);
  const uint32_t value = reader.u32();
  if (auto read = reader.finish(); !read) return read.error();
  if (message.type == RtmpType::abort) {
    const auto found = streams_.find(value);
    if (found != streams_.end()) drop_partial(found->second);
    return true;
  }
  if (value < chunk_size_least_ || value > kRtmpChunkMax)
    return Error{ErrorKind::too_large, "rtmp.chunk_size"};
  chunk_size_ = value;
  return true;
}

void RtmpChunkReader::drop_partial(ChunkStream& chunk) {
  partial_bytes_ -= chunk.partial.size();
  chunk.partial = {};
  chunk.inside = false;
}

void write_rtmp_head(ByteWriter& out, uint8_t chunk_stream, const RtmpHead& head) {
  check(chunk_stream >= 2 && chunk_stream <= 63, "this writer has one-byte basic headers");
  check(head.body_bytes <= kRtmpMessageMax, "a message past the length field");
  const bool extended = head.time_ms >= kExtendedMark;
  out.u8(chunk_stream).u24(extended ? kExtendedMark : head.time_ms).u24(head.body_bytes);
  out.u8(static_cast<uint8_t>(head.type)).u32_little(head.stream_id);
  if (extended) out.u32(head.time_ms);
}

void write_rtmp_message(ByteWriter& out, uint8_t chunk_stream, const RtmpMessage& message,
                        uint32_t chunk_size) {
  check(chunk_size > 0, "a chunk holds something");
  write_rtmp_head(out, chunk_stream, {message.type, message.stream_id, message.time_ms, message.body.size()});
  const bool extended = message.time_ms >= kExtendedMark;
  Bytes rest = message.body;
  while (true) {
    const size_t count = std::min<size_t>(rest.size(), chunk_size);
    out.bytes(rest.first(count));
    rest = rest.subspan(count);
    if (rest.empty()) return;
    out.u8(0xc0 | chunk_stream);
    if (extended) out.u32(message.time_ms);
  }
}

Result<std::vector<RtmpMessage>> split_aggregate(const RtmpMessage& aggregate) {
  std::vector<RtmpMessage> out;
  ByteReader reader(aggregate.body);
  uint32_t first_time = 0;
  while (reader.left() > 0) {
    RtmpMessage one;
    one.type = static_cast<RtmpType>(reader.u8());
    const uint32_t length = reader.u24();
    one.time_ms = reader.u24();
    one.time_ms |= uint32_t{reader.u8()} << 24;
    reader.skip(3);  // stream id; the aggregate's own overrides it
    const Bytes body = reader.bytes(length);
    reader.skip(4);  // back pointer
    if (auto read = reader.finish(); !read) return read.error();
    if (one.type == RtmpType::aggregate) return Error{ErrorKind::invalid_input, "rtmp.aggregate"};
    if (out.size() == kRtmpAggregateMax) return Error{ErrorKind::too_large, "rtmp.aggregate"};
    if (out.empty()) first_time = one.time_ms;
    one.time_ms += aggregate.time_ms - first_time;
    one.stream_id = aggregate.stream_id;
    one.body.assign(body.begin(), body.end());
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace vitrine
