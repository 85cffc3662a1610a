// HTTP of orders: /v1/orders for buyers, /v1/shop/orders for staff.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/rooms.h"
#include "net/router.h"
#include "shop/checkout/checkout_service.h"
#include "shop/checkout/payment_desk.h"

namespace vitrine {

class OrderApi {
 public:
  // `rooms` is null when rooms do not run here.
  OrderApi(CheckoutService& service, PaymentDesk& desk, const RoomsPort* rooms)
      : service_(service), desk_(desk), rooms_(rooms) {}
  void add_routes(Router& router);

 private:
  void add_buyer_routes(Router& router);
  void add_staff_routes(Router& router);

  Task<Reply<OrderView>> place(Call call, OrderDraft draft);
  Task<Reply<QuoteView>> quote(Call call, QuoteDraft draft);
  Task<Reply<OrderPage>> list_own(Call call);
  Task<Reply<OrderView>> get_own(Call call);
  Task<Reply<OrderView>> cancel_own(Call call);
  Task<Reply<OrderView>> change_address(Call call, AddressChoice choice);
  Task<Reply<OrderView>> complete_own(Call call);

  Task<Reply<OrderPage>> list(Call call);
  Task<Reply<OrderView>> get(Call call);
  Task<Reply<OrderView>> ship(Call call, ShipDraft draft);
  Task<Reply<OrderView>> change_package(Call call, PackageChange change);
  Task<Reply<OrderView>> track(Call call, TrackDraft draft);
  Task<Reply<OrderView>> note(Call call, NoteDraft draft);
  Task<Reply<OrderView>> confirm_payment(Call call);
  Task<Reply<OrderView>> cancel(Call call);
  Task<Reply<OrderView>> complete(Call call);

  Task<Reply<OrderView>> own_after(Result<void> done, OrderId order, AccountId buyer);
  Task<Reply<OrderView>> staff_after(Result<void> done, OrderId order, StaffAct act);

  CheckoutService& service_;
  PaymentDesk& desk_;
  const RoomsPort* rooms_;
};

}  // namespace vitrine
