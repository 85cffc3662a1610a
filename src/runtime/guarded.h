// A value several threads share for short looks: with() is the only way in, and holds the lock for as
// long as the function runs.
//
// Owns    the value and its lock.
// Thread  any.
// Never   is held across anything that waits; with() is not called from inside with().
#pragma once

#include <mutex>
#include <utility>

namespace vitrine {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class F>
  auto with(F f) {
    const std::lock_guard lock(mutex_);
    return f(value_);
  }
  template <class F>
  auto with(F f) const {
    const std::lock_guard lock(mutex_);
    return f(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace vitrine
