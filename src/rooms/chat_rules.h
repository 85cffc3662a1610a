// Whether a chat line may be said: length and pace. Pure.
//
// Thread  any; a ChatPace belongs to whoever holds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

// The line without outer white space, with control characters as spaces. Errors: `invalid_input`
// "rooms.text_empty", "rooms.text_too_long" (more than `chars_max` code points).
Result<std::string> clean_chat(std::string_view text, int64_t chars_max);

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
