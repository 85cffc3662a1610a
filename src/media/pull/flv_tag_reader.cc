#include "media/pull/flv_tag_reader.h"

#include "media/container/flv.h"

namespace vitrine {
namespace {

constexpr size_t kFileHeadBytes = 9;
constexpr size_t kTagHeadBytes = 11;
constexpr size_t kBackPointerBytes = 4;  // PreviousTagSize

}  // namespace

Result<std::optional<RtmpEvent>> FlvTagReader::next() {
  if (!begun_) {
    const auto header = take_header();
    if (!header) return header.error();
    if (!*header) return std::optional<RtmpEvent>();
    begun_ = true;
  }
  while (true) {
    ByteReader head(rest());
    head.u8();
    const uint32_t body_bytes = head.u24();
    const size_t size = kTagHeadBytes + body_bytes + kBackPointerBytes;
    if (head.failed() || rest().size() < size) return std::optional<RtmpEvent>();
    ByteReader reader(rest().first(size));
    const auto tag = read_flv_tag(reader);
    std::optional<RtmpEvent> out;
    if (tag && tag->type == FlvTagType::script) {
      auto metadata = read_flv_metadata(tag->body);
      if (metadata) out = RtmpMetadata{*std::move(metadata)};
    } else if (tag && !tag->body.empty()) {
      out = RtmpMedia{tag->type == FlvTagType::video, tag->dts_ms, {tag->body.begin(), tag->body.end()}};
    }
    take(size);
    if (out) return out;
  }
}

Result<bool> FlvTagReader::take_header() {
  ByteReader peek(rest());
  peek.skip(kFileHeadBytes - 4);
  const uint32_t declared = peek.u32();
  if (peek.failed()) return false;
  if (declared > kHeaderMax) return Error{ErrorKind::invalid_input, "flv.signature"};
  const size_t size = declared + kBackPointerBytes;
  if (rest().size() < size) return false;
  ByteReader reader(rest().first(size));
  if (const auto header = read_flv_header(reader); !header)
    return Error{ErrorKind::invalid_input, "flv.signature"};
  take(size);
  return true;
}

// Moves what is left to the front only when that is the smaller part: each byte is moved about once.
void FlvTagReader::take(size_t bytes) {
  taken_ += bytes;
  if (taken_ * 2 < buffer_.size()) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(taken_));
  taken_ = 0;
}

}  // namespace vitrine
