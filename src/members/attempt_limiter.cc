#include "members/attempt_limiter.h"

namespace vitrine {

Milliseconds AttemptLimiter::try_one(const std::string& key, int64_t most, MonotonicTime now) {
  const Microseconds step = window_ / most;
  const MonotonicTime* known = next_.find(key);
  const MonotonicTime rested = known == nullptr || *known < now ? now : *known;
  const Microseconds ahead = rested - now;
  const Microseconds allowed = step * (most - 1);
  if (ahead > allowed) return std::chrono::ceil<Milliseconds>(ahead - allowed);
  next_.put(key, rested + step);
  return Milliseconds(0);
}

void AttemptLimiter::refund(const std::string& key, int64_t most) {
  if (MonotonicTime* known = next_.find(key)) known->since_start -= window_ / most;
}

}  // namespace vitrine
