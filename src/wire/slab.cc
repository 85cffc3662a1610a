#include "wire/slab.h"

#include <algorithm>

namespace vitrine {

Slab::Slab(Bytes head, SharedBytes payload, Bytes tail) : payload_(std::move(payload)) {
  check(head.size() <= kHeadMax && tail.size() <= kTailMax, "a slab's head or tail is too long");
  std::copy(head.begin(), head.end(), head_.begin());
  std::copy(tail.begin(), tail.end(), tail_.begin());
  head_size_ = static_cast<uint8_t>(head.size());
  tail_size_ = static_cast<uint8_t>(tail.size());
}

}  // namespace vitrine
