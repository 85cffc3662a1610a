// The shop: catalog, stock, showcase, cart, orders, payments and the ledger.
//
// Owns    shop.sqlite, DATA/pictures, DATA/secrets/field.key, and the task that looks after deadlines.
// Thread  construction, start, drain and stop on the program's main thread; everything else on any core.
// Never   takes play money unless it was told to, or writes while an invariant is broken.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.h"
#include "contract/media.h"
#include "contract/members.h"
#include "contract/module.h"
#include "contract/ops.h"
#include "contract/purchases.h"
#include "contract/rooms.h"
#include "net/router.h"
#include "runtime/core.h"

namespace vitrine {

struct ShopNeeds {
  Cores& cores;
  Router& router;
  Bus& bus;
  const Clock& clock;
  Random& random;
  IdSource& ids;
  std::string data_directory{};
  std::string database_url{};  // "postgres://..."; empty: SQLite under data_directory
  const MediaPort& media;
  const OpsPort& ops;
  MembersPort& members;
  std::function<Milliseconds()> publish_delay;  // media.publish_delay_ms, read on the calling core
  bool sandbox = false;                         // play money, also without payments.sandbox
  const RoomsPort* rooms = nullptr;             // none: rooms does not run here
  std::function<Task<Result<int64_t>>(AccountId)> ask_tier{};  // of members; none: nobody has one
};

// A product for the demo shop or a test installation.
struct PlantedProduct {
  std::string name{};
  std::string description{};
  std::string picture{};  // PNG, JPEG or WebP bytes; empty: none
  struct Variant {
    std::string name;
    int64_t price = 0;  // minor units of shop.currency
    int64_t stock = 0;
  };
  std::vector<Variant> variants{};
};

class ShopModule final : public Module, public PurchasePort {
 public:
  explicit ShopModule(ShopNeeds needs);
  ~ShopModule() override;

  Result<void> start() override;
  void drain() override;
  void stop() override;
  std::optional<std::string> trouble() const override;

  // Makes the products and puts them on the room's showcase in this order, unless the room's showcase
  // already carries something. Answers the products on the showcase. Errors: the catalog's.
  Task<Result<std::vector<ProductId>>> plant_demo_products(std::string room,
                                                           std::vector<PlantedProduct> products);
  Task<Result<std::optional<OrderId>>> paid_order(AccountId buyer, ProductId product) override;
  Task<Result<bool>> on_offer(ProductId product) override;
  Task<Result<CouponCard>> coupon_card(CouponId coupon) override;

  // `vitrine ledger verify`: balance and chain of the whole ledger; with a head, that it ends there.
  // Answers {entries, head, balances}; `internal` "shop.ledger_broken" says what is wrong.
  Task<Reply<boost::json::object>> verify_ledger(std::string expected_head = {});
  // `vitrine doctor`: everything that is broken, one sentence each. Fences the shop when there is any.
  Task<Result<std::vector<std::string>>> examine();

 private:
  struct Parts;
  Task<void> look_first(std::shared_ptr<std::promise<void>> known);
  Task<void> look_after();
  Task<void> write_head_in_time();

  std::unique_ptr<Parts> parts_;
};

}  // namespace vitrine
