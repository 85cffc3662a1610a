#include "rooms/chat_rules.h"

#include <algorithm>

#include "base/utf8.h"
#include "rooms/text_fold.h"

namespace vitrine {
namespace {

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7F;
}

// Whether the text, which is valid UTF-8, would show nothing.
bool is_blank(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    if (!is_space(point) && !is_invisible(point) && !is_combining(point)) return false;
  }
  return true;
}

}  // namespace

Result<std::string> clean_chat(std::string_view text, int64_t chars_max) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); }, ' ');
  const size_t first = out.find_first_not_of(' ');
  if (first == std::string::npos) return Error{ErrorKind::invalid_input, "rooms.text_empty"};
  out = out.substr(first, out.find_last_not_of(' ') - first + 1);
  const auto points = count_utf8(out);
  if (!points) return Error{ErrorKind::invalid_input, "rooms.message"};
  if (static_cast<int64_t>(*points) > chars_max)
    return Error{ErrorKind::invalid_input, "rooms.text_too_long"};
  if (is_blank(out)) return Error{ErrorKind::invalid_input, "rooms.text_empty"};
  return out;
}

Milliseconds ChatPace::take(MonotonicTime now, const Limits& limits) {
  const MonotonicTime paid = std::max(free_at_, now) + Microseconds(limits.interval);
  const Microseconds over = (paid - now) - Microseconds(limits.interval) * limits.burst;
  if (over.count() > 0) return std::chrono::ceil<Milliseconds>(over);
  free_at_ = paid;
  return Milliseconds(0);
}

}  // namespace vitrine
