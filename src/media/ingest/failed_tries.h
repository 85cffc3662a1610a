// Slows down who guesses stream keys: after ten wrong ones in a minute the guesser waits.
//
// Owns    a count per guesser (address and stream), at most kGuessersMax; over it those whose minute is
//         over are forgotten, or all.
// Thread  one core; who reaches several cores has the limit on each.
#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace vitrine {

class FailedTries {
 public:
  static constexpr int kTriesMax = 10;
  static constexpr Milliseconds kWindow{60'000};
  static constexpr size_t kGuessersMax = 10'000;

  void failed(const std::string& who, MonotonicTime now);
  bool must_wait(const std::string& who, MonotonicTime now) const;

 private:
  struct Tries {
    MonotonicTime first;
    int count = 0;
  };
  std::unordered_map<std::string, Tries> by_guesser_;
};

}  // namespace vitrine
