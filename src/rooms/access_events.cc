#include "rooms/access_events.h"

#include "contract/events.h"
#include "rooms/access_store.h"
#include "rooms/event_reader.h"

namespace vitrine {
namespace {

// A play token lives so long at most: after it the sign-in need not be remembered.
constexpr Milliseconds kSessionKept{24LL * 3'600'000};

bool is_given_back(const OrderChanged& order) {
  return order.state == "refunding" || order.state == "refunded" || order.state == "closed";
}

}  // namespace

Subscription AccessEvents::subscription(std::string consumer, std::string source) {
  return {.consumer = std::move(consumer),
          .source = std::move(source),
          .kinds = {std::string(OrderChanged::kind), std::string(BuyerTierChanged::kind),
                    std::string(SessionEnded::kind)},
          .target = context_.database.get(),
          .core = &context_.cores.home_of("rooms.events"),
          .apply = [this](Transaction& tx, const EventRow& row) { return apply(tx, row); },
          .applied = [this](const std::vector<EventRow>& rows) { applied(rows); },
          .failed = [](const std::vector<EventRow>&) {}};
}

Result<void> AccessEvents::apply(Transaction& tx, const EventRow& row) {
  if (context_.closing) return Error{ErrorKind::unavailable, "rooms.closing"};
  if (row.kind == OrderChanged::kind) {
    const auto order = read_event<OrderChanged>(row);
    return order && is_given_back(*order) ? drop_order_passes(tx, order->order.str()) : Result<void>();
  }
  if (row.kind == BuyerTierChanged::kind) {
    const auto changed = read_event<BuyerTierChanged>(row);
    return changed ? drop_tier_passes(tx, changed->account.str(), changed->tier) : Result<void>();
  }
  const auto ended = read_event<SessionEnded>(row);
  return ended ? add_ended_session(tx, {ended->session.str(), row.at + kSessionKept}) : Result<void>();
}

void AccessEvents::applied(const std::vector<EventRow>& rows) {
  DoorBook& doors = context_.doors;
  for (const EventRow& row : rows) {
    if (row.kind == OrderChanged::kind) {
      const auto order = read_event<OrderChanged>(row);
      if (order && is_given_back(*order)) doors.revoke({}, order_source(order->order.str()));
    } else if (row.kind == BuyerTierChanged::kind) {
      const auto changed = read_event<BuyerTierChanged>(row);
      if (changed) doors.revoke_above(changed->account.str(), changed->tier);
    } else if (const auto ended = read_event<SessionEnded>(row)) {
      doors.end_session(ended->session.str(), row.at + kSessionKept);
    }
  }
}

}  // namespace vitrine
