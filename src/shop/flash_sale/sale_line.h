// The line before a pool whose units are all held: who waits, in which order, and whose turn it is when
// units come back (SHOP-RULES 13). Soft state: a restart forgets it, and nobody is promised more than a turn.
//
// Invariants:
//   1. A buyer stands in the line at most once, or has one turn.
//   2. Line and turns together want no more units than are free or held.
//   3. Units kept for a turn are nobody else's until it runs out.
//
// Owns    places and turns. Thread  one at a time.
// Never   moves a unit.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "shop/stock/stock_rules.h"

namespace vitrine {

inline constexpr Milliseconds kTurnTime{15'000};

// A moment as both clocks tell it: the wall's to show, the boot's to measure.
struct Moment {
  WallTime wall{};
  BootTime boot{};
};

class SaleLine {
 public:
  struct Turn {
    AccountId buyer{};
    int64_t units = 0;
    int64_t until_boot_ms = 0;
    WallTime until{};
  };

  // The place (from 1) of a buyer who wants `units`; one who stands there already keeps it. Empty when the
  // line is as long as it may be.
  std::optional<int64_t> join(AccountId buyer, int64_t units, const Pool& pool);
  // Ends turns that ran out, drops from the end whom the pool can no longer serve, and calls those at the
  // front whose units are free. Answers the turns that begin.
  std::vector<Turn> call(const Pool& pool, const Moment& now);
  // The buyer has what it waited for, or went.
  void leave(AccountId buyer);
  void clear();

  // Free units that this buyer must leave to others.
  int64_t kept_from(AccountId buyer, const Pool& pool) const;
  std::optional<int64_t> place_of(AccountId buyer) const;
  std::optional<Turn> turn_of(AccountId buyer) const;
  size_t waiting() const { return places_.size(); }
  bool idle() const { return places_.empty() && turns_.empty(); }

 private:
  struct Place {
    AccountId buyer{};
    int64_t units = 0;
  };
  int64_t units_called() const;
  int64_t units_waiting() const;

  std::deque<Place> places_;
  std::vector<Turn> turns_;
};

}  // namespace vitrine
