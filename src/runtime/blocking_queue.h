// A bounded queue that threads of our own (a database's writer, its readers) wait on. Full means
// refused, never waited for: a core must not block.
//
// Owns    what waits in it.
// Thread  push() and close() from any thread; take() from the threads that serve the queue.
// Never   blocks the pusher, or loses what it accepted: after close() take() still hands out the rest.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace vitrine {

enum class Pushed : uint8_t { taken, full, closed };

template <class T>
class BlockingQueue {
 public:
  explicit BlockingQueue(size_t most) : most_(most) {}

  // Moves from `item` only when it was taken.
  Pushed push(T& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return Pushed::closed;
      if (items_.size() >= most_) return Pushed::full;
      items_.push_back(std::move(item));
    }
    filled_.notify_one();
    return Pushed::taken;
  }

  // Up to `most` items, oldest first; waits for the first one. Empty only when closed and drained.
  std::vector<T> take(size_t most) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return take_waiting(most);
  }
  // The same, but gives up after `time` with an empty answer.
  std::vector<T> take_within(size_t most, std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, time, [this] { return closed_ || !items_.empty(); });
    return take_waiting(most);
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  std::vector<T> take_waiting(size_t most) {
    std::vector<T> out;
    const size_t count = std::min(most, items_.size());
    out.reserve(count);
    for (size_t index = 0; index < count; ++index) {
      out.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return out;
  }

  const size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace vitrine
