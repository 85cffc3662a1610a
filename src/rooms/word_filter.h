// The words and patterns a room does not let through.
//
// A word is found in every disguise of look_alikes.h, spelt with signs between its letters, or spaced out
// letter by letter; it is not found inside a longer word ("class") or across two ("pen is"). Ideographs are
// found anywhere. A pattern is an RE2 regular expression held against the folded line, with and without its
// spaces, and the line as it was written.
//
// Owns    the folded words and compiled patterns. Thread  any; const after construction.
// Never   takes longer than the line is long: RE2 does not go back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rooms/text_fold.h"

namespace re2 {
class RE2;
}

namespace vitrine {

class WordFilter {
 public:
  WordFilter() = default;
  explicit WordFilter(const std::vector<std::string>& words);
  // Errors: `invalid_input` "rooms.pattern"; pattern_fault() tells which and why.
  static Result<WordFilter> make(const std::vector<std::string>& words,
                                 const std::vector<std::string>& patterns);
  bool catches(std::string_view text) const;

 private:
  std::vector<std::vector<FoldedLetter>> words_;
  std::vector<std::shared_ptr<const re2::RE2>> patterns_;
};

struct PatternFault {
  size_t index = 0;
  std::string why;
};
// The first pattern that cannot be used: not one, too costly, or one that every line fits.
std::optional<PatternFault> pattern_fault(const std::vector<std::string>& patterns);

}  // namespace vitrine
