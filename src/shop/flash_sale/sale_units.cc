#include "shop/flash_sale/sale_units.h"

#include "shop/orders/grab_store.h"

namespace vitrine {
namespace {

OrderLine line_of(const FlashSaleOffer& offer) {
  return {.sku = offer.sku,
          .product = offer.product,
          .name = offer.name,
          .variant = offer.variant,
          .picture = offer.picture,
          .unit_price = offer.price};
}

}  // namespace

Result<Pool> SaleUnits::move(Transaction& tx, const Sale& sale, const FlashSaleOffer& offer, const Pool& pool,
                             MovementKind kind, int64_t units, const MovementNote& note) const {
  auto after = after_movement(pool, kind, units);
  if (!after) return after;
  if (auto written = write_movement(tx, *after, kind, units, note); !written) return written.error();
  if (auto told = tell_pool(tx, sale, offer, *after, {}); !told) return told.error();
  return after;
}

Result<std::optional<Pool>> SaleUnits::find_short(Transaction& tx, const Sale& sale) const {
  for (const SaleSku& sku : sale.skus) {
    auto pool = pool_of(tx, sku.offer.sku);
    if (!pool) return pool.error();
    if (pool->free < sku.offer.units) return std::optional(*pool);
  }
  return std::optional<Pool>();
}

Result<void> SaleUnits::take(Transaction& tx, Sale& sale, const MovementNote& note) const {
  for (SaleSku& sku : sale.skus) {
    if (auto taken = take_one(tx, sale, sku, note); !taken) return taken;
  }
  return {};
}

Result<void> SaleUnits::take_one(Transaction& tx, const Sale& sale, SaleSku& sku,
                                 const MovementNote& note) const {
  if (auto out = stock_.move_out(tx, sku.offer.sku, sku.offer.units, note); !out) return out.error();
  const Pool pool{.pool = ids_.next<PoolId>(), .sku = sku.offer.sku};
  if (auto put = insert_pool(tx, pool, PoolKind::flash_sale); !put) return put;
  if (auto put = insert_shared_line(tx, pool.pool, line_of(sku.offer)); !put) return put;
  if (auto put = set_pool(tx, sale.sale, sku.offer.sku, pool.pool); !put) return put;
  auto filled = move(tx, sale, sku.offer, pool, MovementKind::moved_in, sku.offer.units, note);
  if (!filled) return filled.error();
  sku.pool = *filled;
  return {};
}

Result<void> SaleUnits::send_home(Transaction& tx, const Sale& sale, const MovementNote& note) const {
  for (const SaleSku& sku : sale.skus) {
    if (!sku.pool || sku.pool->free == 0) continue;
    const int64_t units = sku.pool->free;
    auto out = move(tx, sale, sku.offer, *sku.pool, MovementKind::moved_out, units, note);
    if (!out) return out.error();
    if (auto in = stock_.move_in(tx, sku.offer.sku, units, note); !in) return in.error();
  }
  return {};
}

Result<void> SaleUnits::resolve(Transaction& tx, const Grab& grab, HoldState end,
                                const MovementNote& note) const {
  auto sale = sale_of_pool(tx, grab.pool);
  if (!sale) return sale.error();
  for (SaleSku& sku : sale->skus) {
    if (!sku.pool || sku.pool->pool != grab.pool) continue;
    auto after = move(tx, *sale, sku.offer, *sku.pool, movement_of(end), grab.units, note);
    if (!after) return after.error();
    sku.pool = *after;
  }
  return keeps_units(sale->state) ? Result<void>{} : send_home(tx, *sale, note);
}

Result<void> SaleUnits::take_back(Transaction& tx, const Grab& grab, const MovementNote& note) const {
  auto pool = pool_by_id(tx, grab.pool);
  if (!pool) return pool.error();
  auto back = stock_.return_units(tx, pool->sku, grab.units, note);
  if (!back) return back.error();
  return {};
}

}  // namespace vitrine
