// HTTP of the order export: /v1/shop/orders.csv.
//
// Owns    nothing. Thread  any core.
// Never   shows personal data without the right, a reason and an audit row.
#pragma once

#include <memory>

#include "contract/members.h"
#include "net/router.h"
#include "shop/checkout/checkout_service.h"
#include "shop/gate/csv_download.h"

namespace vitrine {

class OrderExportApi {
 public:
  OrderExportApi(CheckoutService& service, CsvDownloads& downloads, MembersPort& members)
      : service_(service), downloads_(downloads), members_(members) {}
  void add_routes(Router& router);

 private:
  // What one call asks for.
  struct Wish {
    OrderQuery query{};
    OrderEyes eyes = OrderEyes::staff;
    std::string reason{};
  };
  static Result<Wish> read_wish(const Call& call);
  Task<void> serve(Call call, std::unique_ptr<Connection> connection);
  // Errors: those of read_wish() and of the audit.
  Task<Result<Wish>> admit(Call call);

  CheckoutService& service_;
  CsvDownloads& downloads_;
  MembersPort& members_;
};

}  // namespace vitrine
