// What rooms asks of the shop: whether somebody has paid for what lets them in, and what a coupon is worth.
#pragma once

#include <optional>
#include <string>

#include "base/dto.h"
#include "base/ids.h"
#include "base/money.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

// What a coupon takes off, as its card says it.
struct CouponOff {
  std::string kind{};  // amount | percent
  std::optional<Money> amount{};
  std::optional<int64_t> percent{};
  std::optional<Money> cap{};  // most that percent takes off
  Money threshold{};           // what goods in scope must cost
  static constexpr std::string_view schema_name = "CouponOff";
  static constexpr auto fields() {
    return std::tuple{field("kind", &CouponOff::kind), field("amount", &CouponOff::amount),
                      field("percent", &CouponOff::percent), field("cap", &CouponOff::cap),
                      field("threshold", &CouponOff::threshold)};
  }
};
struct CouponCard {
  CouponId coupon{};
  std::string name{};
  std::optional<std::string> room{};  // where it is shown
  std::string state{};                // active | paused | ended
  CouponOff off{};
  int64_t quota = 0;
  int64_t left = 0;
  int64_t per_buyer = 1;
  int64_t claim_from_ms = 0;
  int64_t claim_to_ms = 0;
  int64_t version = 0;
};

// Thread: any core; answers there.
class PurchasePort {
 public:
  virtual ~PurchasePort() = default;
  // An order of the buyer's with a line of the product that is paid and not given back (paid, shipped or
  // completed); empty when there is none. Errors: `unavailable`.
  virtual Task<Result<std::optional<OrderId>>> paid_order(AccountId buyer, ProductId product) = 0;
  // Whether the product can be bought now. Errors: `unavailable`.
  virtual Task<Result<bool>> on_offer(ProductId product) = 0;
  // Errors: `not_found` "shop.coupon", `unavailable`.
  virtual Task<Result<CouponCard>> coupon_card(CouponId coupon) = 0;
};

}  // namespace vitrine
