// How often something may be tried: a rate with a burst, per key (account, phone, address).
//
// Owns    one moment per key, in a RecentMap.
// Thread  its home core.
// Never   grows past two generations of keys; who is forgotten starts afresh.
#pragma once

#include <string>

#include "base/clock.h"
#include "members/recent_map.h"

namespace vitrine {

class AttemptLimiter {
 public:
  explicit AttemptLimiter(Milliseconds window, size_t keys_max = 50'000) : window_(window), next_(keys_max) {}

  // `most` attempts at once, coming back evenly over the window. Zero when the attempt may go on (and
  // counts it), else how long until it may.
  Milliseconds try_one(const std::string& key, int64_t most, MonotonicTime now);
  // Takes the last counted attempt back (it was a right one).
  void refund(const std::string& key, int64_t most);

 private:
  Microseconds window_;
  RecentMap<std::string, MonotonicTime> next_;  // GCRA: when the key would be fully rested
};

}  // namespace vitrine
