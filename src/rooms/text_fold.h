// How a chat line is compared with what is not allowed: look-alikes become Latin letters, case goes, and
// what stands between letters is only remembered as a gap.
//
// Thread  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine {

// The code point at `at`, which moves behind it. The text is valid UTF-8.
char32_t next_point(std::string_view text, size_t& at);

// Takes no room on the screen by itself: joiners, direction marks, fillers, tags, variation selectors.
bool is_invisible(char32_t point);
// Accents and strokes that are put over the letter before them.
bool is_combining(char32_t point);
bool is_space(char32_t point);

// What stands before a letter, invisible characters and accents not counted.
enum class Gap : uint8_t { none, tight, wide };  // tight: signs only; wide: white space too

// How "@", "$", "!" and "|" beside letters are read. A line is looked at both ways.
enum class Signs : uint8_t { gaps, letters };

struct FoldedLetter {
  char32_t point = 0;
  Gap gap = Gap::none;
};

// The letters, digits and ideographs of a text that is valid UTF-8. An English short form ("he'll") ends in
// one apostrophe: it is no disguise of the word its letters make.
std::vector<FoldedLetter> fold_letters(std::string_view text, Signs signs);

// The folded letters with one space for each wide gap: what patterns are held against, and how two lines
// are compared. Empty for what is not valid UTF-8.
std::string fold_text(std::string_view text);

bool is_ideograph(char32_t point);

}  // namespace vitrine
