// The SQL of flash sales. Every function runs inside the caller's transaction.
//
// Never  decides: sale_rules does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/events.h"
#include "shop/flash_sale/sale_rules.h"
#include "shop/orders/order_store.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kFlashSaleTables = R"sql(
CREATE TABLE flash_sale (
  shop_id TEXT NOT NULL, sale BIGINT NOT NULL, room TEXT NOT NULL, state INTEGER NOT NULL,
  version BIGINT NOT NULL, starts_ms BIGINT, preheat_for_ms BIGINT NOT NULL, open_delay_ms BIGINT NOT NULL,
  duration_ms BIGINT NOT NULL, per_buyer BIGINT NOT NULL CHECK (per_buyer > 0),
  per_order BIGINT NOT NULL CHECK (per_order > 0), pay_minutes BIGINT NOT NULL,
  preheat_ms BIGINT NOT NULL, opens_ms BIGINT NOT NULL, ends_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, sale));
CREATE INDEX flash_sale_live ON flash_sale (shop_id, sale) WHERE state IN (1, 2, 3, 4, 5);
CREATE TABLE flash_sku (
  shop_id TEXT NOT NULL, sale BIGINT NOT NULL, sku BIGINT NOT NULL, position BIGINT NOT NULL,
  pool BIGINT, units BIGINT NOT NULL CHECK (units > 0),
  product BIGINT NOT NULL, name TEXT NOT NULL, variant TEXT NOT NULL, picture TEXT,
  price BIGINT NOT NULL CHECK (price > 0), list_price BIGINT NOT NULL, currency TEXT NOT NULL,
  PRIMARY KEY (shop_id, sale, sku));
CREATE UNIQUE INDEX flash_sku_pool ON flash_sku (shop_id, pool) WHERE pool IS NOT NULL;
CREATE TABLE flash_move (
  shop_id TEXT NOT NULL, sale BIGINT NOT NULL, version BIGINT NOT NULL, from_state INTEGER,
  to_state INTEGER NOT NULL, cause TEXT NOT NULL, actor TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, sale, version));
)sql";

// One variant of a sale.
struct SaleSku {
  FlashSaleOffer offer{};
  std::optional<Pool> pool{};  // from scheduled on
};

struct Sale {
  FlashSaleId sale{};
  std::string room{};
  SaleState state = SaleState::draft;
  int64_t version = 1;
  SalePlan plan{};
  SaleTimes times{};  // all zero in a draft without a start
  WallTime created{};
  std::vector<SaleSku> skus{};

  const SaleSku* find(SkuId sku) const;
};

Result<void> insert_sale(Transaction& tx, const Sale& sale, const OrderCause& cause);
// A draft's room, plan and variants. Errors: `conflict` "shop.flash_state" unless `version` is stored and
// it is a draft.
Result<void> replace_draft(Transaction& tx, const Sale& sale);
Result<void> remove_draft(Transaction& tx, const Sale& sale);
// With its variants and their pools. Errors: `not_found` "shop.flash_sale".
Result<Sale> find_sale(Transaction& tx, FlashSaleId sale);
// The sale a pool belongs to. Errors: `internal` "shop.broken_pool_sale".
Result<Sale> sale_of_pool(Transaction& tx, PoolId pool);
// Neither draft nor settled.
Result<std::vector<FlashSaleId>> live_sales(Transaction& tx);

// Whether one of them has the product.
Result<bool> in_live_sale(Transaction& tx, ProductId product);

struct SaleQuery {
  std::optional<std::string> room{};
  bool drafts = true;
  std::optional<FlashSaleId> before{};
  size_t limit = 50;
};
Result<std::vector<FlashSaleId>> list_sales(Transaction& tx, const SaleQuery& query);

// Moves `sale` one step, writes its times and tells the room. Errors: `conflict` "shop.flash_state" for a
// step the table does not have; `internal` "shop.broken_sale" when the stored version is another.
Result<void> move_sale(Transaction& tx, Sale& sale, SaleState to, const OrderCause& cause);
// Gives a variant the pool its units are in.
Result<void> set_pool(Transaction& tx, FlashSaleId sale, SkuId sku, PoolId pool);

// Units that buyers let go of, or bought, since the pool's version was `after`; oldest first.
struct PoolStep {
  MovementKind kind{};
  int64_t units = 0;
  AccountId buyer{};  // 0: the movement belongs to no order
};
Result<std::vector<PoolStep>> steps_since(Transaction& tx, PoolId pool, int64_t after);

// FlashStockChanged of a pool as it is now.
Result<void> tell_pool(Transaction& tx, const Sale& sale, const FlashSaleOffer& offer, const Pool& pool,
                       std::vector<GrabMade> grabs);

// What must never be: more units than the sale began with, a buyer over the limit, a settled sale with
// units. One sentence each, at most 20 of a kind.
Result<std::vector<std::string>> find_sale_breaches(Transaction& tx);

}  // namespace vitrine
