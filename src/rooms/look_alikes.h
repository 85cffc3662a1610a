// Characters that look like a Latin letter or a digit: accents, Cyrillic, Greek, small capitals, circled,
// superscript and mathematical forms (after Unicode's confusables, UTS 39, and NFKD).
//
// Thread  any; pure.
#pragma once

namespace vitrine {

// The small Latin letter or digit that `point` looks like; `point` itself when there is none.
char32_t latin_of(char32_t point);

}  // namespace vitrine
