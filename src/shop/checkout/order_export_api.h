// HTTP of the order export: /v1/shop/orders.csv, sent page by page while it is read.
//
// Owns    the count of exports under way.
// Thread  any core; finish() on the program's main thread.
// Never   holds more than a page of orders, or shows personal data without the right, a reason and an audit
// row.
#pragma once

#include <atomic>
#include <memory>

#include "contract/members.h"
#include "net/connection.h"
#include "net/router.h"
#include "shop/checkout/checkout_service.h"
#include "shop/checkout/order_export.h"

namespace vitrine {

class OrderExportApi {
 public:
  OrderExportApi(CheckoutService& service, MembersPort& members) : service_(service), members_(members) {}
  void add_routes(Router& router);

  // Lets nobody in any more, ends what is under way and waits for it.
  void finish();

 private:
  // What one call asks for.
  struct Wish {
    OrderQuery query{};
    OrderEyes eyes = OrderEyes::staff;
    std::string reason{};
  };
  static Result<Wish> read_wish(const Call& call);
  Task<void> serve(Call call, std::unique_ptr<Connection> connection);
  // Errors: those of read_wish() and of the audit, `unavailable` "shop.exports_busy".
  Task<Result<Wish>> admit(Call call);
  // Pages until there are no more. Errors: the client's going away, the database's.
  Task<Result<void>> send(Wish wish, TcpSocket* socket);

  CheckoutService& service_;
  MembersPort& members_;
  std::atomic<int> running_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace vitrine
