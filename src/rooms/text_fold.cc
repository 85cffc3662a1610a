#include "rooms/text_fold.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "rooms/look_alikes.h"

namespace vitrine {
namespace {

bool between(char32_t point, char32_t first, char32_t last) {
  return point >= first && point <= last;
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

bool is_latin(char32_t point) {
  return between(point, 'a', 'z');
}

// Punctuation and pictures that people put between letters.
bool is_sign(char32_t point) {
  if (point < 0x80) return !is_latin(point) && !between(point, '0', '9');
  return between(point, 0x80, 0xBF) || point == 0xD7 || point == 0xF7 || between(point, 0x2000, 0x206F) ||
         between(point, 0x2190, 0x245F) || between(point, 0x2500, 0x2BFF) || between(point, 0x3000, 0x303F) ||
         between(point, 0xFE30, 0xFE6F) || between(point, 0xFF5F, 0xFF65) ||
         between(point, 0x1F000, 0x1F0FF) || between(point, 0x1F200, 0x1FAFF) || is_space(point);
}

bool is_apostrophe(char32_t point) {
  return point == '\'' || point == 0x2019 || point == 0x2BC;
}

// How many of `points` from the apostrophe at `at` on are the end of an English short form.
size_t short_form(const std::vector<char32_t>& points, size_t at) {
  constexpr std::array<std::u32string_view, 7> kEnds = {U"ll", U"re", U"ve", U"s", U"t", U"d", U"m"};
  if (at == 0 || !is_latin(points[at - 1])) return 0;
  for (const auto end : kEnds) {
    if (points.size() - at - 1 < end.size()) continue;
    if (!std::equal(end.begin(), end.end(), points.begin() + static_cast<std::ptrdiff_t>(at + 1))) continue;
    const size_t behind = at + 1 + end.size();
    if (behind == points.size() || !is_latin(points[behind])) return end.size() + 1;
  }
  return 0;
}

// The letter a sign stands for between letters: "$h!t". None for a sign that stands alone or before a price.
char32_t letter_of_sign(const std::vector<char32_t>& points, size_t at) {
  const bool before = at > 0 && is_latin(points[at - 1]);
  const bool after = at + 1 < points.size() && is_latin(points[at + 1]);
  switch (points[at]) {
    case '@':
      return before || after ? U'a' : 0;
    case '$':
      return before || after ? U's' : 0;
    case '!':
    case '|':
      return before && after ? U'i' : 0;
    default:
      return 0;
  }
}

}  // namespace

char32_t next_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t point = lead & (0x3Fu >> more);
  for (int index = 0; index < more; ++index)
    point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return point;
}

bool is_invisible(char32_t point) {
  return point == 0xAD || point == 0x34F || point == 0x61C || between(point, 0x115F, 0x1160) ||
         between(point, 0x17B4, 0x17B5) || between(point, 0x180B, 0x180F) || between(point, 0x200B, 0x200F) ||
         between(point, 0x2028, 0x202E) || between(point, 0x2060, 0x206F) || point == 0x3164 ||
         between(point, 0xFE00, 0xFE0F) || point == 0xFEFF || point == 0xFFA0 ||
         between(point, 0xE0000, 0xE0FFF);
}

bool is_combining(char32_t point) {
  return between(point, 0x300, 0x36F) || between(point, 0x483, 0x489) || between(point, 0x1AB0, 0x1AFF) ||
         between(point, 0x1DC0, 0x1DFF) || between(point, 0x20D0, 0x20FF) || between(point, 0xFE20, 0xFE2F);
}

bool is_space(char32_t point) {
  return point <= ' ' || between(point, 0x7F, 0xA0) || point == 0x1680 || between(point, 0x2000, 0x200A) ||
         point == 0x205F || point == 0x2800 || point == 0x3000;
}

bool is_ideograph(char32_t point) {
  return between(point, 0x2E80, 0x2FDF) || between(point, 0x3040, 0x9FFF) || between(point, 0xAC00, 0xD7AF) ||
         between(point, 0xF900, 0xFAFF) || between(point, 0x20000, 0x3FFFF);
}

std::vector<FoldedLetter> fold_letters(std::string_view text, Signs signs) {
  std::vector<char32_t> points;
  for (size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    if (!is_invisible(point) && !is_combining(point)) points.push_back(latin_of(point));
  }
  std::vector<FoldedLetter> out;
  Gap gap = Gap::wide;
  for (size_t at = 0; at < points.size(); ++at) {
    char32_t point = points[at];
    if (is_apostrophe(point)) {
      const size_t left_out = short_form(points, at);
      if (left_out > 0) {
        at += left_out - 1;
        out.push_back({U'\'', Gap::none});  // a word may end here, and none goes over it
        gap = Gap::none;
        continue;
      }
    }
    if (is_sign(point)) {
      const char32_t letter = signs == Signs::letters ? letter_of_sign(points, at) : 0;
      if (letter == 0) {
        if (is_space(point)) gap = Gap::wide;
        if (gap == Gap::none) gap = Gap::tight;
        continue;
      }
      point = letter;
    }
    out.push_back({point, gap});
    gap = Gap::none;
  }
  return out;
}

std::string fold_text(std::string_view text) {
  std::string out;
  if (!count_utf8(text)) return out;
  for (const FoldedLetter& letter : fold_letters(text, Signs::gaps)) {
    if (letter.gap == Gap::wide && !out.empty()) out += ' ';
    append_point(out, letter.point);
  }
  return out;
}

}  // namespace vitrine
