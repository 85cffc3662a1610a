#include "shop/catalog/picture_rules.h"

namespace vitrine {
namespace {

constexpr Error kBroken{ErrorKind::invalid_input, "shop.picture_broken"};

Result<PictureFacts> read_png(ByteReader reader) {
  reader.skip(8);  // signature
  reader.u32();    // length of the first chunk
  const bool header_first = as_text(reader.bytes(4)) == "IHDR";
  const uint32_t width = reader.u32();
  const uint32_t height = reader.u32();
  if (reader.failed() || !header_first) return kBroken;
  return PictureFacts{PictureType::png, width, height};
}

// SOF0 to SOF15 carry the size, but C4, C8 and CC in that range are DHT, JPG and DAC.
bool is_frame_header(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Result<PictureFacts> read_jpeg(ByteReader reader) {
  reader.skip(2);  // SOI
  while (!reader.failed()) {
    if (reader.u8() != 0xFF) return kBroken;
    uint8_t marker = reader.u8();
    while (marker == 0xFF) marker = reader.u8();           // fill bytes may precede a marker
    if (marker == 0xD9 || marker == 0xDA) return kBroken;  // the image began without a frame header
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;  // stand alone, no length
    const uint16_t length = reader.u16();
    if (length < 2) return kBroken;
    ByteReader segment = reader.fenced(length - 2u);
    if (!is_frame_header(marker)) continue;
    segment.u8();  // sample precision
    const uint32_t height = segment.u16();
    const uint32_t width = segment.u16();
    if (segment.failed()) return kBroken;
    return PictureFacts{PictureType::jpeg, width, height};
  }
  return kBroken;
}

uint32_t u24_little(ByteReader& reader) {
  const uint32_t low = reader.u8();
  const uint32_t middle = reader.u8();
  return low | middle << 8 | uint32_t{reader.u8()} << 16;
}
uint32_t u16_little(ByteReader& reader) {
  const uint32_t low = reader.u8();
  return low | uint32_t{reader.u8()} << 8;
}

Result<PictureFacts> read_webp(ByteReader reader) {
  reader.skip(12);  // RIFF, size, WEBP
  const auto chunk = as_text(reader.bytes(4));
  reader.u32();  // chunk size
  PictureFacts facts{.type = PictureType::webp};
  if (chunk == "VP8X") {
    reader.skip(4);  // flags, reserved
    facts.width = u24_little(reader) + 1;
    facts.height = u24_little(reader) + 1;
  } else if (chunk == "VP8L") {
    if (reader.u8() != 0x2F) return kBroken;
    const uint32_t bits = reader.u32_little();
    facts.width = (bits & 0x3FFF) + 1;
    facts.height = (bits >> 14 & 0x3FFF) + 1;
  } else if (chunk == "VP8 ") {
    reader.skip(3);  // frame tag
    if (reader.u24() != 0x9D012A) return kBroken;
    facts.width = u16_little(reader) & 0x3FFF;  // two bits of scale above
    facts.height = u16_little(reader) & 0x3FFF;
  } else {
    return kBroken;
  }
  if (reader.failed()) return kBroken;
  return facts;
}

Result<PictureFacts> read_by_type(Bytes bytes) {
  const auto text = as_text(bytes);
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return read_png(ByteReader(bytes));
  if (text.starts_with("\xFF\xD8\xFF")) return read_jpeg(ByteReader(bytes));
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP") {
    return read_webp(ByteReader(bytes));
  }
  return Error{ErrorKind::unsupported, "shop.picture_type"};
}

}  // namespace

std::string_view media_type(PictureType type) {
  switch (type) {
    case PictureType::png:
      return "image/png";
    case PictureType::jpeg:
      return "image/jpeg";
    case PictureType::webp:
      return "image/webp";
  }
  return "application/octet-stream";
}

Result<PictureFacts> read_picture_facts(Bytes bytes) {
  if (bytes.size() > kPictureBytesMax) return Error{ErrorKind::too_large, "shop.picture_too_large"};
  auto facts = read_by_type(bytes);
  if (!facts) return facts;
  if (facts->width == 0 || facts->height == 0) return kBroken;
  if (facts->width > kPictureSideMax || facts->height > kPictureSideMax) {
    return Error{ErrorKind::too_large, "shop.picture_too_large"};
  }
  return facts;
}

}  // namespace vitrine
