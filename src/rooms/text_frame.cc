#include "rooms/text_frame.h"

namespace vitrine {
namespace {

constexpr uint8_t kFinalText = 0x81;
constexpr size_t kShortMax = 125;
constexpr size_t kMediumMax = 0xFFFF;

void append_big_endian(std::vector<uint8_t>& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<uint8_t>(value >> shift));
}

}  // namespace

std::vector<uint8_t> text_frame(std::string_view text) {
  std::vector<uint8_t> out;
  out.reserve(text.size() + 10);
  out.push_back(kFinalText);
  if (text.size() <= kShortMax) {
    out.push_back(static_cast<uint8_t>(text.size()));
  } else if (text.size() <= kMediumMax) {
    out.push_back(126);
    append_big_endian(out, text.size(), 2);
  } else {
    out.push_back(127);
    append_big_endian(out, text.size(), 8);
  }
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

std::shared_ptr<Slab> text_frame_slab(std::string_view text) {
  return std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(text_frame(text)));
}

}  // namespace vitrine
