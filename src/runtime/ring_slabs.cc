#include "runtime/ring_slabs.h"

#include <algorithm>

namespace vitrine {

void RingSlabs::append(SlabPtr slab) {
  check(slab != nullptr, "a ring takes slabs, not null");
  const size_t size = slab->size();
  bytes_ += size;
  if (slab->join_point) join_points_.push_back(head());
  const int64_t born_us = slab->born_us;
  slabs_.push_back({std::move(slab), born_us, size});
  while (over_limit()) drop_oldest();
}

bool RingSlabs::over_limit() const {
  if (slabs_.size() <= 1) return false;
  if (slabs_.size() > limits_.slabs_max || bytes_ > limits_.bytes_max) return true;
  const bool needed_to_join = !join_points_.empty() && join_points_.back() == first_;
  const int64_t age_us = slabs_.back().born_us - slabs_.front().born_us;
  return !needed_to_join && Microseconds(age_us) > limits_.age_max;
}

void RingSlabs::drop_oldest() {
  bytes_ -= slabs_.front().size;
  if (!join_points_.empty() && join_points_.front() == first_) join_points_.pop_front();
  slabs_.pop_front();
  ++first_;
}

void RingSlabs::restart_at(uint64_t sequence) {
  check(sequence >= head(), "a ring's numbers only grow");
  slabs_.clear();
  join_points_.clear();
  bytes_ = 0;
  first_ = sequence;
}

const SlabPtr& RingSlabs::at(uint64_t sequence) const {
  check(sequence >= first_ && sequence < head(), "no such slab in the ring");
  return slabs_[sequence - first_].slab;
}

std::optional<uint64_t> RingSlabs::newest_join_point() const {
  if (join_points_.empty()) return std::nullopt;
  return join_points_.back();
}

Microseconds RingSlabs::lag(uint64_t cursor, size_t held) const {
  if (slabs_.empty()) return Microseconds(0);
  uint64_t oldest = std::clamp(cursor, first_, head());
  while (held > 0 && oldest > first_) {
    --oldest;
    held -= std::min(held, slabs_[oldest - first_].size);
  }
  if (oldest == head()) return Microseconds(0);
  return Microseconds(slabs_.back().born_us - slabs_[oldest - first_].born_us);
}

}  // namespace vitrine
