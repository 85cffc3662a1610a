#include "runtime/deadline.h"

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <optional>

namespace vitrine {

// A hashed timing wheel: a slot holds every entry whose due tick has that remainder, so one tick looks
// at one slot only. It is a service of the io_context, which makes and destroys it.
class DeadlineWheel final : public boost::asio::execution_context::service {
 public:
  using key_type = DeadlineWheel;
  static boost::asio::execution_context::id id;

  explicit DeadlineWheel(boost::asio::execution_context& context)
      : service(context), timer_(static_cast<boost::asio::io_context&>(context)) {
    for (auto& slot : slots_) slot.previous = slot.next = &slot;
  }
  void shutdown() override { timer_.reset(); }

  void insert(Deadline::Entry& entry, Milliseconds time) {
    if (count_ == 0) done_tick_ = tick_now();
    entry.due_tick = tick_now() + static_cast<uint64_t>((time + kTick - Milliseconds(1)) / kTick) + 1;
    Deadline::Entry& slot = slots_[entry.due_tick % kSlots];
    entry.previous = slot.previous;
    entry.next = &slot;
    entry.previous->next = slot.previous = &entry;
    ++count_;
    if (!waiting_) wait();
  }
  void remove(Deadline::Entry& entry) {
    entry.previous->next = entry.next;
    entry.next->previous = entry.previous;
    entry.previous = entry.next = nullptr;
    --count_;
  }

 private:
  static constexpr Milliseconds kTick{100};
  static constexpr size_t kSlots = 512;

  static uint64_t tick_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<Milliseconds>(now) / kTick);
  }

  void wait() {
    if (!timer_) return;
    waiting_ = true;
    timer_->expires_after(kTick);
    timer_->async_wait([this](const boost::system::error_code& failed) {
      if (failed) return;
      waiting_ = false;
      advance();
      if (count_ > 0 && !waiting_) wait();
    });
  }

  void advance() {
    const uint64_t now = tick_now();
    // After a pause longer than a turn of the wheel each slot needs one look only.
    if (now - done_tick_ > kSlots) done_tick_ = now - kSlots;
    while (done_tick_ < now) {
      ++done_tick_;
      fire(slots_[done_tick_ % kSlots], now);
    }
  }
  // A callback may remove any entry, so the walk starts again after each one.
  void fire(Deadline::Entry& slot, uint64_t now) {
    for (Deadline::Entry* entry = slot.next; entry != &slot;) {
      if (entry->due_tick > now) {
        entry = entry->next;
        continue;
      }
      remove(*entry);
      entry->expired();
      entry = slot.next;
    }
  }

  std::optional<boost::asio::steady_timer> timer_;
  std::array<Deadline::Entry, kSlots> slots_;
  uint64_t done_tick_ = 0;
  size_t count_ = 0;
  bool waiting_ = false;
};

boost::asio::execution_context::id DeadlineWheel::id;

Deadline::Deadline(boost::asio::io_context& io, std::function<void()> expired)
    : wheel_(boost::asio::use_service<DeadlineWheel>(io)) {
  entry_.expired = std::move(expired);
}

Deadline::~Deadline() {
  disarm();
}

void Deadline::arm(Milliseconds time) {
  disarm();
  wheel_.insert(entry_, time);
}

void Deadline::disarm() {
  if (armed()) wheel_.remove(entry_);
}

}  // namespace vitrine
