// Slows down who guesses stream keys: after ten wrong ones in a minute an address waits.
//
// Owns    a count per address, at most kAddressesMax; over it the oldest counts are forgotten together.
// Thread  one core; an address that reaches several cores has the limit on each.
#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace vitrine {

class FailedTries {
 public:
  static constexpr int kTriesMax = 10;
  static constexpr Milliseconds kWindow{60'000};
  static constexpr size_t kAddressesMax = 10'000;

  void failed(const std::string& address, MonotonicTime now);
  bool must_wait(const std::string& address, MonotonicTime now) const;

 private:
  struct Tries {
    MonotonicTime first;
    int count = 0;
  };
  std::unordered_map<std::string, Tries> by_address_;
};

}  // namespace vitrine
