#include "media/egress/rtmp_feed.h"

#include "media/container/flv.h"
#include "media/protocol/rtmp_session.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr size_t kTagHeadBytes = 11;

uint8_t chunk_stream_of(FlvTagType type) {
  switch (type) {
    case FlvTagType::audio:
      return kRtmpAudioChunks;
    case FlvTagType::video:
      return kRtmpVideoChunks;
    case FlvTagType::script:
      return kRtmpDataChunks;
  }
  check(false, "the FLV writer wrote a tag of no type");
  __builtin_unreachable();
}

void write_message(ByteWriter& out, const FlvTag& tag) {
  RtmpMessage message{static_cast<RtmpType>(tag.type), kRtmpPlayStream, tag.dts_ms, {}};
  message.body.assign(tag.body.begin(), tag.body.end());
  write_rtmp_message(out, chunk_stream_of(tag.type), message, kRtmpChunkOut);
}

Slab whole(ByteWriter& bytes) {
  return Slab(std::make_shared<const std::vector<uint8_t>>(bytes.take()));
}

// Tags that lie in one piece.
Slab messages_of(Bytes tags) {
  ByteWriter out;
  ByteReader reader(tags);
  while (reader.left() > 0) {
    const auto tag = read_flv_tag(reader);
    check(tag.ok(), "the FLV writer wrote a tag that cannot be read");
    write_message(out, *tag);
  }
  return whole(out);
}

// One tag whose head lies before the shared payload.
Slab message_of(const Slab& tag) {
  ByteReader reader(tag.head());
  const auto type = static_cast<FlvTagType>(reader.u8());
  const uint32_t body_bytes = reader.u24();
  const uint32_t time_low = reader.u24();
  const uint32_t time_ms = uint32_t{reader.u8()} << 24 | time_low;
  reader.skip(3);
  const Bytes prefix = reader.rest();
  if (body_bytes > kRtmpChunkOut) {
    std::vector<uint8_t> body(prefix.begin(), prefix.end());
    body.insert(body.end(), tag.payload().begin(), tag.payload().end());
    ByteWriter out;
    write_message(out, {type, time_ms, body});
    return whole(out);
  }
  ByteWriter head;
  write_rtmp_head(head, chunk_stream_of(type),
                  {static_cast<RtmpType>(type), kRtmpPlayStream, time_ms, body_bytes});
  head.bytes(prefix);
  return Slab(head.view(), tag.shared_payload());
}

}  // namespace

SlabPtr rtmp_slab_of(const Slab& tag) {
  const bool apart = tag.head().size() >= kTagHeadBytes;
  auto out = std::make_shared<Slab>(apart ? message_of(tag) : messages_of(tag.payload()));
  out->born_us = tag.born_us;
  out->join_point = tag.join_point;
  out->leads = tag.leads;
  if (tag.opening) out->opening = rtmp_slab_of(*tag.opening);
  return out;
}

void RtmpFeedWriter::write(const StreamFrame& frame, std::vector<SlabPtr>& out) {
  written_.clear();
  tags_.write(frame, written_);
  for (const SlabPtr& tag : written_) out.push_back(rtmp_slab_of(*tag));
}

}  // namespace vitrine
