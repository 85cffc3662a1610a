// What belongs together when an order's money or time moves (SHOP-RULES 6): order, holds, attempts,
// ledger and refunds change in one transaction, or none of them does.
//
// Owns    nothing. Thread  the database's writer, inside a closure.
// Never   asks a provider anything, commits, or frees units while an attempt may still be paid.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "shop/flash_sale/sale_units.h"
#include "shop/orders/order_store.h"
#include "shop/payments/payment_store.h"
#include "shop/stock/stock_service.h"

namespace vitrine {

class Settlement {
 public:
  Settlement(IdSource& ids, const StockService& stock, const SaleUnits& sale_units)
      : ids_(ids), stock_(stock), sale_units_(sale_units) {}

  // Takes the provider's word on an attempt, however often and however late it comes. Answers what
  // came of it: "paid", "late", "twice", "amount", "closed", "failed", "again", "waiting".
  Result<std::string_view> take_word(Transaction& tx, PaymentId payment, ProviderAnswer answer,
                                     const OrderCause& cause) const;

  // An unpaid order's time is up, or somebody cancels it: closed at once when nobody can pay it any
  // more, else closing, and every open attempt is asked about at once.
  Result<void> end_unpaid(Transaction& tx, Order& order, const OrderCause& cause) const;

  // Staff let an order go whose provider stays silent; a payment that comes later goes back.
  Result<void> release_by_hand(Transaction& tx, Order& order, const OrderCause& cause) const;

  // A paid order that was not shipped is given back: units return to the shelf, money to the buyer.
  Result<void> give_back(Transaction& tx, Order& order, const OrderCause& cause) const;

  // Nothing is left to pay (SHOP-RULES 19): paid at once, without an attempt.
  Result<void> settle_free(Transaction& tx, Order& order, const OrderCause& cause) const;

  // The provider has sent the money back, at `done` by its clock.
  Result<void> refund_done(Transaction& tx, const Refund& refund, WallTime done,
                           const OrderCause& cause) const;

 private:
  Result<std::string_view> take_payment(Transaction& tx, const Attempt& attempt, const ProviderAnswer& answer,
                                        const OrderCause& cause) const;
  Result<void> sell(Transaction& tx, Order& order, PaymentId payment, const OrderCause& cause) const;
  Result<std::string_view> return_money(Transaction& tx, const Attempt& attempt, RefundReason reason,
                                        const OrderCause& cause) const;
  Result<void> end_attempt(Transaction& tx, const Attempt& attempt, AttemptState end,
                           const OrderCause& cause) const;
  Result<void> close(Transaction& tx, Order& order, HoldState holds, const OrderCause& cause) const;

  // What the order set aside: its coupons, and its holds or, grabbed in a flash sale, itself.
  Result<void> resolve(Transaction& tx, const Order& order, HoldState end, const OrderCause& cause) const;

  IdSource& ids_;
  const StockService& stock_;
  const SaleUnits& sale_units_;
};

}  // namespace vitrine
