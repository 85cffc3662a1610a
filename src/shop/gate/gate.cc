#include "shop/gate/gate.h"

#include "base/log.h"
#include "shop/gate/shop_id.h"

namespace vitrine {

bool breaks_invariant(Error error) {
  return error.reason == "store.check" || error.reason.starts_with("shop.broken_");
}

bool fence_stands(Transaction& tx) {
  const auto rows = tx.query("SELECT 1 FROM fence WHERE shop_id = $1", kShop);
  return !rows || !rows->empty();
}

void Gate::open(std::unique_ptr<Database> database) {
  database_ = std::move(database);
  open_.store(database_.get());
}

void Gate::close() {
  open_.store(nullptr);
  if (database_) database_->close();
}

Task<void> Gate::raise(std::string why) {
  const bool was = closed_.exchange(true);
  if (was) co_return;
  why_.with([&](std::string& kept) { kept = why; });
  log_error("shop.fenced", {{"why", why}});
  Database* database = open_.load();
  if (database == nullptr) co_return;
  auto work = [why, at = clock_.wall()](Transaction& tx) -> Result<void> {
    auto written = tx.execute(
        "INSERT INTO fence (shop_id, why, at_ms) VALUES ($1, $2, $3) "
        "ON CONFLICT (shop_id) DO UPDATE SET why = excluded.why, at_ms = excluded.at_ms",
        kShop, why, at);
    if (!written) return written.error();
    return {};
  };
  const auto stored = co_await database->write(std::move(work));
  if (!stored) log_error("shop.fence_not_stored", {{"reason", stored.error().reason}});
}

Task<Result<void>> Gate::lift() {
  Database* database = open_.load();
  if (database == nullptr) co_return kShopUnavailable;
  auto work = [](Transaction& tx) -> Result<void> {
    auto gone = tx.execute("DELETE FROM fence WHERE shop_id = $1", kShop);
    if (!gone) return gone.error();
    return {};
  };
  const auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  why_.with([](std::string& kept) { kept.clear(); });
  closed_.store(false);
  log_info("shop.fence_lifted");
  co_return Result<void>{};
}

Task<Result<void>> Gate::load() {
  auto work = [](Transaction& tx) -> Result<std::string> {
    auto rows = tx.query("SELECT why FROM fence WHERE shop_id = $1", kShop);
    if (!rows) return rows.error();
    return rows->empty() ? std::string() : rows->front().text(0);
  };
  const auto why = co_await read(std::move(work));
  if (!why) co_return why.error();
  if (why->empty()) co_return Result<void>{};
  why_.with([&](std::string& kept) { kept = *why; });
  closed_.store(true);
  log_warn("shop.still_fenced", {{"why", *why}});
  co_return Result<void>{};
}

}  // namespace vitrine
