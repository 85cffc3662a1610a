// What rooms asks of the shop: whether somebody has paid for what lets them in.
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

// Thread: any core; answers there.
class PurchasePort {
 public:
  virtual ~PurchasePort() = default;
  // An order of the buyer's with a line of the product that is paid and not given back (paid, shipped or
  // completed); empty when there is none. Errors: `unavailable`.
  virtual Task<Result<std::optional<OrderId>>> paid_order(AccountId buyer, ProductId product) = 0;
  // Whether the product can be bought now. Errors: `unavailable`.
  virtual Task<Result<bool>> on_offer(ProductId product) = 0;
};

}  // namespace vitrine
