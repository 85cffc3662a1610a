#include "rooms/word_filter.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/utf8.h"

namespace vitrine {
namespace {

using Letters = std::vector<FoldedLetter>;

constexpr int64_t kPatternMemoryBytes = 1 << 20;

enum class Kind : uint8_t { letter, digit, ideograph };

Kind kind_of(char32_t point) {
  if (point >= '0' && point <= '9') return Kind::digit;
  return is_ideograph(point) ? Kind::ideograph : Kind::letter;
}

// A digit that is written for a letter: "b4d".
bool stands_for(char32_t written, char32_t wanted) {
  switch (written) {
    case '0':
      return wanted == 'o';
    case '1':
      return wanted == 'i' || wanted == 'l';
    case '3':
      return wanted == 'e';
    case '4':
      return wanted == 'a';
    case '5':
      return wanted == 's';
    case '7':
      return wanted == 't';
    case '8':
      return wanted == 'b';
    default:
      return false;
  }
}

// Whether a word may begin before letter `at` or end there: not between two letters of one word.
bool is_border(const Letters& text, size_t at) {
  if (at == 0 || at == text.size() || text[at].gap != Gap::none) return true;
  const Kind before = kind_of(text[at - 1].point);
  const Kind after = kind_of(text[at].point);
  return before == Kind::ideograph || after == Kind::ideograph || before != after || text[at].point == '\'' ||
         text[at - 1].point == '\'';
}

// White space inside a found word counts as a disguise only when it spaces out single letters, or where
// the word itself has it; ideographs are written without any.
bool spaces_fit(const Letters& text, size_t from, const Letters& word) {
  size_t piece = 1;         // letters since the last white space
  bool short_piece = true;  // the piece before the last white space had one letter
  bool pending = false;     // a white space whose right piece is not known yet
  for (size_t at = 1; at <= word.size(); ++at) {
    const bool end = at == word.size();
    const bool wide = !end && text[from + at].gap == Gap::wide && word[at].gap == Gap::none &&
                      !is_ideograph(word[at].point);
    if (!end && !wide) {
      ++piece;
      continue;
    }
    if (pending && !short_piece && piece > 1) return false;
    short_piece = piece == 1;
    pending = true;
    piece = 1;
  }
  return true;
}

bool found_at(const Letters& text, size_t from, const Letters& word) {
  if (!is_border(text, from) || !is_border(text, from + word.size())) return false;
  size_t exact = 0;
  for (size_t at = 0; at < word.size(); ++at) {
    const char32_t written = text[from + at].point;
    if (written == word[at].point)
      ++exact;
    else if (!stands_for(written, word[at].point))
      return false;
  }
  // "a55" is a phone, "b4d" is not.
  return 3 * exact > word.size() && spaces_fit(text, from, word);
}

bool found_in(const Letters& text, const Letters& word) {
  for (size_t from = 0; from + word.size() <= text.size(); ++from) {
    if (found_at(text, from, word)) return true;
  }
  return false;
}

std::shared_ptr<const re2::RE2> compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryBytes);
  return std::make_shared<const re2::RE2>(pattern, options);
}

}  // namespace

WordFilter::WordFilter(const std::vector<std::string>& words) {
  for (const auto& word : words) {
    if (!count_utf8(word)) continue;
    auto letters = fold_letters(word, Signs::gaps);
    if (!letters.empty()) words_.push_back(std::move(letters));
  }
}

Result<WordFilter> WordFilter::make(const std::vector<std::string>& words,
                                    const std::vector<std::string>& patterns) {
  if (pattern_fault(patterns)) return Error{ErrorKind::invalid_input, "rooms.pattern"};
  WordFilter out(words);
  for (const auto& pattern : patterns) out.patterns_.push_back(compile(pattern));
  return out;
}

bool WordFilter::catches(std::string_view text) const {
  if ((words_.empty() && patterns_.empty()) || !count_utf8(text)) return false;
  for (const Signs signs : {Signs::gaps, Signs::letters}) {
    const Letters letters = fold_letters(text, signs);
    const bool caught = std::any_of(words_.begin(), words_.end(),
                                    [&](const Letters& word) { return found_in(letters, word); });
    if (caught) return true;
  }
  if (patterns_.empty()) return false;
  const std::string spaced = fold_text(text);
  std::string joined = spaced;
  std::erase(joined, ' ');
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern) ||
           re2::RE2::PartialMatch(spaced, *pattern) || re2::RE2::PartialMatch(joined, *pattern);
  });
}

std::optional<PatternFault> pattern_fault(const std::vector<std::string>& patterns) {
  for (size_t index = 0; index < patterns.size(); ++index) {
    const auto compiled = compile(patterns[index]);
    if (!compiled->ok()) return PatternFault{index, compiled->error()};
    if (re2::RE2::PartialMatch("", *compiled)) return PatternFault{index, "every line fits it"};
  }
  return std::nullopt;
}

}  // namespace vitrine
