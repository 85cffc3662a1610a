// What an uploaded picture is, read from its first bytes: type and size in pixels, nothing decoded.
// PNG (W3C PNG 11.2.2), JPEG (ITU-T T.81 B.2.2), WebP (RFC 9649 sections 2.5-2.7).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "wire/byte_reader.h"

namespace vitrine {

enum class PictureType : uint8_t { png, jpeg, webp };

struct PictureFacts {
  PictureType type = PictureType::png;
  uint32_t width = 0;
  uint32_t height = 0;
};

inline constexpr size_t kPictureBytesMax = size_t{5} * 1024 * 1024;
inline constexpr uint32_t kPictureSideMax = 4096;  // pixels

std::string_view media_type(PictureType type);

// Errors: `unsupported` "shop.picture_type" for anything else, `invalid_input` "shop.picture_broken"
// when the header is cut or names no size, `too_large` "shop.picture_too_large" past the limits above.
Result<PictureFacts> read_picture_facts(Bytes bytes);

}  // namespace vitrine
