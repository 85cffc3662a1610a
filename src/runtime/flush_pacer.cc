#include "runtime/flush_pacer.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr double kBytesUs = 0.00017;  // CPU of copying one byte into the kernel: 0.17 s per GB
constexpr double kCoreShare = 0.5;
constexpr double kReturnShare = 0.4;  // to a shorter interval only with some room, or it would swing
constexpr double kLearning = 0.05;
constexpr uint64_t kSendsToLearn = 16;

}  // namespace

void FlushPacer::learn(uint64_t sends, uint64_t bytes, Microseconds cpu) {
  if (sends < kSendsToLearn) return;
  const double pure_us = static_cast<double>(cpu.count()) - kBytesUs * static_cast<double>(bytes);
  const double one_us = std::clamp(pure_us / static_cast<double>(sends), 1.0, 100.0);
  send_us_ += kLearning * (one_us - send_us_);
}

// CPU time in one second.
double FlushPacer::predicted_us(int interval_ms) const {
  double cost_us = 0;
  for (const Demand* feed : feeds_) {
    double flushes = feed->leads_per_second;
    if (interval_ms > 0) flushes = std::min(flushes, 1'000.0 / interval_ms);
    cost_us += feed->viewers * (flushes * send_us_ + feed->bytes_per_second * kBytesUs);
  }
  return cost_us;
}

void FlushPacer::choose(MonotonicTime now) {
  if (now - chosen_ < Milliseconds(1'000)) return;
  chosen_ = now;
  int best = kIntervalsMs.back();
  for (const int candidate : kIntervalsMs) {
    const double share = Milliseconds(candidate) < interval_ ? kReturnShare : kCoreShare;
    if (predicted_us(candidate) >= share * 1e6) continue;
    best = candidate;
    break;
  }
  interval_ = Milliseconds(best);
}

}  // namespace vitrine
