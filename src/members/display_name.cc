#include "members/display_name.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace vitrine {
namespace {

// The code points of a valid UTF-8 text.
std::u32string code_points(std::string_view text) {
  std::u32string out;
  for (size_t index = 0; index < text.size();) {
    const auto lead = static_cast<uint8_t>(text[index]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (size_t next = 1; next < length; ++next) {
      point = point << 6 | (static_cast<uint8_t>(text[index + next]) & 0x3F);
    }
    out += point;
    index += length;
  }
  return out;
}

bool hides(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C ||
         (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || point == 0x3164 || point == 0xFEFF ||
         (point >= 0xE0000 && point <= 0xE0FFF);
}

}  // namespace

Result<std::string> clean_name(std::string_view typed, size_t most) {
  while (typed.starts_with(' ')) typed.remove_prefix(1);
  while (typed.ends_with(' ')) typed.remove_suffix(1);
  const auto count = count_utf8(typed);
  if (!count) return Error{ErrorKind::invalid_input, "members.name_characters"};
  if (*count == 0 || *count > most) return Error{ErrorKind::invalid_input, "members.name_length"};
  const auto points = code_points(typed);
  if (std::ranges::any_of(points, hides)) return Error{ErrorKind::invalid_input, "members.name_characters"};
  return std::string(typed);
}

std::string default_guest_name(int64_t id, std::string_view accept_language) {
  const int64_t number = id % 10'000;
  return accept_language.starts_with("zh") ? fmt::format("访客{:04}", number)
                                           : fmt::format("Guest {:04}", number);
}

}  // namespace vitrine
