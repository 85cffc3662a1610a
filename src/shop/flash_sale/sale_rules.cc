#include "shop/flash_sale/sale_rules.h"

#include <algorithm>

namespace vitrine {
namespace {

struct Step {
  SaleState from;
  SaleState to;
};
constexpr Step kSteps[] = {
    {SaleState::draft, SaleState::scheduled}, {SaleState::draft, SaleState::preheat},
    {SaleState::draft, SaleState::open},      {SaleState::scheduled, SaleState::preheat},
    {SaleState::scheduled, SaleState::open},  {SaleState::scheduled, SaleState::ended},
    {SaleState::preheat, SaleState::open},    {SaleState::preheat, SaleState::ended},
    {SaleState::open, SaleState::paused},     {SaleState::open, SaleState::ended},
    {SaleState::paused, SaleState::open},     {SaleState::paused, SaleState::ended},
    {SaleState::ended, SaleState::settled},
};

std::optional<GrabRefusal> refusal(std::string_view reason) {
  return GrabRefusal{.error = {ErrorKind::conflict, reason}, .total = {}, .place = {}};
}

}  // namespace

bool may_follow(SaleState from, SaleState to) {
  return std::any_of(std::begin(kSteps), std::end(kSteps),
                     [&](const Step& step) { return step.from == from && step.to == to; });
}

SaleTimes times_of(WallTime starts, const SalePlan& plan) {
  const WallTime opens = starts + plan.open_delay;
  return {opens + -plan.preheat, opens, opens + plan.duration};
}

SaleState state_at(SaleState stored, const SaleTimes& times, WallTime now) {
  switch (stored) {
    case SaleState::draft:
    case SaleState::ended:
    case SaleState::settled:
      return stored;
    case SaleState::paused:
      return now >= times.ends ? SaleState::ended : SaleState::paused;
    case SaleState::scheduled:
    case SaleState::preheat:
    case SaleState::open:
      break;
  }
  if (now >= times.ends) return SaleState::ended;
  if (stored == SaleState::open || now >= times.opens) return SaleState::open;
  if (stored == SaleState::preheat || now >= times.preheat) return SaleState::preheat;
  return SaleState::scheduled;
}

std::optional<Error> closed_refusal(SaleState stored, const SaleTimes& times, WallTime now) {
  switch (state_at(stored, times, now)) {
    case SaleState::draft:
    case SaleState::scheduled:
    case SaleState::preheat:
      return Error{ErrorKind::conflict, "shop.not_started"};
    case SaleState::open:
      return std::nullopt;
    case SaleState::paused:
      return Error{ErrorKind::conflict, "shop.paused"};
    case SaleState::ended:
    case SaleState::settled:
      break;
  }
  return Error{ErrorKind::conflict, "shop.ended"};
}

std::optional<GrabRefusal> refuse_grab(const GrabWish& wish, const GrabFacts& facts) {
  if (const auto closed = closed_refusal(facts.state, facts.times, wish.received))
    return refusal(closed->reason);
  if (wish.units > facts.per_order || facts.buyer_units + wish.units > facts.per_buyer) {
    return refusal("shop.limit");
  }
  const auto total = multiply(facts.price, wish.units);
  if (!total) return refusal("shop.limit");
  if (*total != wish.total) {
    auto changed = refusal("shop.price_changed");
    changed->total = *total;
    return changed;
  }
  if (wish.units <= facts.pool.free - facts.kept) return std::nullopt;
  const bool may_come_back = wish.units <= facts.pool.free + facts.pool.held;
  return refusal(may_come_back ? "shop.all_held" : "shop.sold_out");
}

}  // namespace vitrine
