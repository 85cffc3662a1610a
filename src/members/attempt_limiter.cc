#include "members/attempt_limiter.h"

#include <boost/asio/ip/address.hpp>

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

std::string limit_key_of_address(const std::string& address) {
  boost::system::error_code failed;
  const auto parsed = boost::asio::ip::make_address(address, failed);
  if (failed || parsed.is_v4()) return address;
  const auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  const auto bytes = v6.to_bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), 8);
}

}  // namespace vitrine
