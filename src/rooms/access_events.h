// What happens elsewhere and ends a viewer's right to watch: an order given back, a tier taken away, a
// sign-in ended. Two of these subscriptions live in the module: one for source "shop", one for "members".
//
// Owns    nothing.
// Thread  apply() on the database's writer; applied() on the subscription's core.
// Never   lets anybody in: whoever has something new to show asks at the door.
#pragma once

#include <vector>

#include "bus/bus.h"
#include "rooms/context.h"

namespace vitrine {

class AccessEvents {
 public:
  explicit AccessEvents(RoomsContext& context) : context_(context) {}

  Subscription subscription(std::string consumer, std::string source);

 private:
  Result<void> apply(Transaction& tx, const EventRow& row);
  void applied(const std::vector<EventRow>& rows);

  RoomsContext& context_;
};

}  // namespace vitrine
