// Whether a chat line may be said: length, pace, blocked words. Pure.
//
// Thread  any; a ChatPace belongs to whoever holds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

// The line without outer white space, with control characters as spaces. Errors: `invalid_input`
// "rooms.text_empty", "rooms.text_too_long" (more than `chars_max` code points).
Result<std::string> clean_chat(std::string_view text, int64_t chars_max);

// How a text is compared with the word list: full-width forms narrowed, letters lower-cased, and
// everything that is not a letter, digit or ideograph left out, so that "ｂ A-d" still is "bad".
std::string fold_text(std::string_view text);

// The words of one room, folded once.
class WordList {
 public:
  WordList() = default;
  explicit WordList(const std::vector<std::string>& words);
  bool blocks(std::string_view text) const;

 private:
  std::vector<std::string> folded_;
};

// A viewer's pace: one line an interval, and a burst after being quiet.
class ChatPace {
 public:
  struct Limits {
    Milliseconds interval{2'000};
    int64_t burst = 3;
  };
  // Takes one line's worth; zero when it may be said now, else how long until it may.
  Milliseconds take(MonotonicTime now, const Limits& limits);
  // Nothing to remember any more.
  bool rested(MonotonicTime now) const { return now >= free_at_; }

 private:
  MonotonicTime free_at_{};  // when all lines said so far are paid for
};

}  // namespace vitrine
