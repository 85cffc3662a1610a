// What happens in the shop and in ops, brought into rooms: control rows with their numbers, stock,
// orders to their buyers, notices for everybody.
//
// Owns    the numbers taken in a transaction that is not answered yet.
// Thread  apply() on the database's writer; applied() and failed() on the subscription's core, never
//         at the same time.
// Never   shows anything before its commit.
#pragma once

#include <map>
#include <vector>

#include "bus/bus.h"
#include "rooms/context.h"
#include "rooms/room.h"

namespace vitrine {

class ShopEvents {
 public:
  explicit ShopEvents(RoomsContext& context) : context_(context) {}

  // Two of these live in the module: one for source "shop", one for "ops".
  Subscription subscription(std::string consumer, std::string source);

 private:
  struct Pending {
    RoomHandlePtr room;
    int64_t seq = 0;
    RoomEvent event;
  };

  Result<void> apply(Transaction& tx, const EventRow& row);
  Result<void> apply_product(Transaction& tx, const EventRow& row, bool shown);
  Result<void> apply_showcase(Transaction& tx, const EventRow& row);
  Result<void> apply_price(Transaction& tx, const EventRow& row);
  Result<void> apply_stock(Transaction& tx, const EventRow& row);
  Result<void> apply_flash_sale(Transaction& tx, const EventRow& row);
  Result<void> apply_flash_stock(Transaction& tx, const EventRow& row);
  Result<void> apply_coupon(Transaction& tx, const EventRow& row);
  Result<void> apply_capabilities(Transaction& tx, const EventRow& row);
  Result<void> write_row(Transaction& tx, const EventRow& row, const std::string& room, RoomEvent event,
                         std::optional<MediaTime> media = std::nullopt);
  void applied(const std::vector<EventRow>& rows);
  void failed();
  void tell_stock(const EventRow& row);
  void tell_order(const EventRow& row);
  void tell_flash_stock(const EventRow& row);
  void tell_coupon(const EventRow& row);
  void tell_turn(const EventRow& row);

  RoomsContext& context_;
  // By event and room: a closure that runs again takes the same numbers.
  std::map<std::pair<int64_t, std::string>, Pending> pending_;
};

}  // namespace vitrine
