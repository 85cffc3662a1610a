#include "rooms/chat_rules.h"

#include <algorithm>

#include "base/utf8.h"

namespace vitrine {
namespace {

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7F;
}

// The code point at `at`, which moves behind it. The text is valid UTF-8.
char32_t next_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t point = lead & (0x3Fu >> more);
  for (int index = 0; index < more; ++index)
    point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return point;
}

void append_point(std::string& out, char32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

bool between(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
}

// Takes no room on the screen by itself: joiners, direction marks, fillers, tags, variation selectors.
bool is_invisible(char32_t point) {
  return point == 0xAD || point == 0x34F || point == 0x61C || between(point, 0x115F, 0x1160) ||
         between(point, 0x17B4, 0x17B5) || between(point, 0x180B, 0x180F) || between(point, 0x200B, 0x200F) ||
         between(point, 0x2028, 0x202E) || between(point, 0x2060, 0x206F) || point == 0x3164 ||
         between(point, 0xFE00, 0xFE0F) || point == 0xFEFF || point == 0xFFA0 ||
         between(point, 0xE0000, 0xE0FFF);
}

// Accents and strokes that are put over the letter before them.
bool is_combining(char32_t point) {
  return between(point, 0x300, 0x36F) || between(point, 0x483, 0x489) || between(point, 0x1AB0, 0x1AFF) ||
         between(point, 0x1DC0, 0x1DFF) || between(point, 0x20D0, 0x20FF) || between(point, 0xFE20, 0xFE2F);
}

bool is_space(char32_t point) {
  return point <= ' ' || between(point, 0x7F, 0xA0) || point == 0x1680 || between(point, 0x2000, 0x200A) ||
         point == 0x205F || point == 0x2800 || point == 0x3000;
}

// Whether the text, which is valid UTF-8, would show nothing.
bool is_blank(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    if (!is_space(point) && !is_invisible(point) && !is_combining(point)) return false;
  }
  return true;
}

// White space, punctuation and invisible characters that people put between letters.
bool is_filler(char32_t point) {
  if (is_invisible(point) || is_combining(point)) return true;
  if (point < 0x80) return !((point >= '0' && point <= '9') || (point >= 'a' && point <= 'z'));
  return (point >= 0x80 && point <= 0xBF) ||      // Latin-1 signs
         (point >= 0x2000 && point <= 0x206F) ||  // spaces, dashes, zero-width
         (point >= 0x3000 && point <= 0x303F) ||  // CJK punctuation
         (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF5F && point <= 0xFF65) || is_space(point);
}

char32_t narrow_lower(char32_t point) {
  if (point >= 0xFF01 && point <= 0xFF5E) point -= 0xFEE0;  // full-width forms
  if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
  return point;
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

std::string fold_text(std::string_view text) {
  std::string out;
  if (!count_utf8(text)) return out;
  for (size_t at = 0; at < text.size();) {
    const char32_t point = narrow_lower(next_point(text, at));
    if (!is_filler(point)) append_point(out, point);
  }
  return out;
}

WordList::WordList(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    auto folded = fold_text(word);
    if (!folded.empty()) folded_.push_back(std::move(folded));
  }
}

bool WordList::blocks(std::string_view text) const {
  if (folded_.empty()) return false;
  const std::string folded = fold_text(text);
  return std::any_of(folded_.begin(), folded_.end(),
                     [&](const std::string& word) { return folded.find(word) != std::string::npos; });
}

Milliseconds ChatPace::take(MonotonicTime now, const Limits& limits) {
  const MonotonicTime paid = std::max(free_at_, now) + Microseconds(limits.interval);
  const Microseconds over = (paid - now) - Microseconds(limits.interval) * limits.burst;
  if (over.count() > 0) return std::chrono::ceil<Milliseconds>(over);
  free_at_ = paid;
  return Milliseconds(0);
}

}  // namespace vitrine
