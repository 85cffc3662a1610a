// Counts what runs, so that stopping can wait for it: each piece of work holds a Pass while it runs, and
// after close() nobody new gets in.
//
//   auto pass = gate.enter();
//   if (!pass) co_return Error{ErrorKind::unavailable, "shop.stopping"};
//
// Owns    the count; a Pass may outlive the gate.
// Thread  one core: enter(), leaving and close() all happen there.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "runtime/task.h"

namespace vitrine {

class StopGate {
 public:
  struct State;

  // Inside while it lives.
  class Pass {
   public:
    explicit Pass(std::shared_ptr<State> state);
    ~Pass();
    Pass(Pass&&) noexcept = default;
    Pass& operator=(Pass&& other) noexcept {
      std::swap(state_, other.state_);  // what it held before leaves with `other`
      return *this;
    }

   private:
    std::shared_ptr<State> state_;
  };

  StopGate();

  // Empty once closed.
  std::optional<Pass> enter();
  bool closed() const;
  int inside() const;
  // Lets nobody in any more and waits until all have left; false when `time` ran out first. May be
  // called again to wait longer.
  Task<bool> close(Milliseconds time);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace vitrine
