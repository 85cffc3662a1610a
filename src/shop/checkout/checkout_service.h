// The steps of buying, for buyers and for staff: place, cancel, address, ship, note, complete. Each is
// one transaction; what it decides is in checkout_rules and Settlement.
//
// Owns    nothing. Thread  any core.
// Never   charges what was not shown, or tells one buyer of another's order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/members.h"
#include "contract/ops.h"
#include "runtime/core.h"
#include "shop/checkout/checkout_rules.h"
#include "shop/checkout/order_view.h"
#include "shop/checkout/settlement.h"
#include "shop/coupons/coupon_service.h"
#include "shop/gate/gate.h"
#include "shop/gate/request_key.h"
#include "shop/gate/staff_act.h"
#include "shop/gate/tiers.h"

namespace vitrine {

struct CheckoutNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  const StockService& stock;
  const Settlement& settlement;
  const FieldCipher& cipher;
  const OpsPort& ops;
  MembersPort& members;
  const Tiers& tiers;
};

struct PlaceRequest {
  IdempotencyKey key;
  AccountId buyer{};
  std::string buyer_name{};  // shown masked
  std::optional<std::string> room{};
  std::vector<WantedLine> lines{};
  Money total{};  // as the buyer saw it
  std::optional<AddressId> address{};
  std::vector<ClaimId> coupons{};  // the buyer's claims to use
  bool from_cart = false;
  bool test = false;  // play money is taken here
};

struct Placed {
  OrderId order{};
  bool replayed = false;
  std::optional<Refusal> refusal{};  // then there is no order
};

class CheckoutService {
 public:
  explicit CheckoutService(CheckoutNeeds needs) : needs_(needs) {}

  // Order, lines, locked coupons, holds, movements, events and the idempotency record in one transaction;
  // with nothing left to pay it is paid there too. Errors: `forbidden` "shop.selling_off", `not_found`
  // "shop.sku", "shop.coupon_claim" and "members.address", `conflict` "shop.address_missing" for a free one.
  Task<Result<Placed>> place(PlaceRequest request);

  // What lines cost with coupons: those named, or the ones that take off most. Changes nothing. Errors:
  // `not_found` "shop.sku" | "shop.coupon_claim".
  Task<Result<QuoteView>> quote(AccountId buyer, std::vector<WantedLine> lines,
                                std::optional<std::vector<ClaimId>> coupons);

  // Errors of all that name an order: `not_found` "shop.order" (also when it is another buyer's).
  Task<Result<OrderView>> order(OrderId order, AccountId buyer);
  Task<Result<OrderPage>> orders(OrderQuery query, OrderEyes eyes);
  // Cancelling twice is done once. Errors: `conflict` "shop.order_state" once it is paid.
  Task<Result<void>> cancel(OrderId order, AccountId buyer);
  // Until the first attempt to pay. Errors: `conflict` "shop.address_fixed".
  Task<Result<void>> change_address(OrderId order, AccountId buyer, AddressId address);
  // The buyer has it. Errors: `conflict` "shop.order_state".
  Task<Result<void>> complete(OrderId order, std::optional<AccountId> buyer, std::string actor);

  // Staff. With OrderEyes::staff_personal an audit row is written first; nothing is shown without it.
  Task<Result<OrderView>> staff_order(OrderId order, OrderEyes eyes, StaffAct act);
  // Sends a package. The same one again (tracking number and content) changes nothing. Errors: `conflict`
  // "shop.order_state", "shop.tracking_used", "shop.packages_full", and those of pack().
  Task<Result<void>> ship(OrderId order, ShipDraft draft, StaffAct act);
  // Corrects carrier and number of a package. Errors: `not_found` "shop.package", `conflict`
  // "shop.tracking_used".
  Task<Result<void>> change_package(OrderId order, int64_t package, PackageChange change, StaffAct act);
  // Writes down where a package is; answers whether an earlier call had. Errors: those of add_track().
  Task<Result<bool>> track(IdempotencyKey key, OrderId order, int64_t package, TrackDraft draft,
                           StaffAct act);
  Task<Result<void>> note(OrderId order, std::string note, StaffAct act);
  // Unpaid: as the buyer's cancel. Closing for longer than kSilenceMax: let go by hand. Paid and not
  // shipped: given back.
  Task<Result<void>> staff_cancel(OrderId order, StaffAct act);
  // Writes down an act that is done already.
  Task<void> audit(StaffAct act, std::string what, OrderId order);

 private:
  Result<OrderFacts> gather(Transaction& tx, const PlaceRequest& request, const OrderFacts& limits) const;
  Result<Placed> place_in(Transaction& tx, const PlaceRequest& request, const OrderFacts& limits,
                          const Order& blank) const;
  // The order this key made, whatever stands in its way now (SHOP-RULES 17); else `otherwise`.
  Task<Result<Placed>> placed_before(IdempotencyKey key, Error otherwise);
  Task<Result<AddressSnapshot>> snapshot(AccountId buyer, AddressId address);

  CheckoutNeeds needs_;
};

inline constexpr Milliseconds kSilenceMax{10 * 60'000};  // SHOP-RULES 12

}  // namespace vitrine
