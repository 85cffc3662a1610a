// kill -9 in the middle of a sale: every acknowledged grab is there, nothing is oversold, and the sale goes
// on where it was.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/test_sale.h"
#include "testing/child.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

constexpr int64_t kUnits = 400;
constexpr int64_t kBuyersEach = 1'000'000;  // accounts of one round

Task<void> grab_for_ever(SaleService& sales, FlashSaleId sale, SkuId sku, int64_t first,
                         ChildReport& report) {
  for (int64_t buyer = first;; buyer += 20) {
    const AccountId account{buyer};
    const auto admission = co_await sales.admit(sale, account);
    if (!admission) continue;
    GrabCall call{.sale = sale,
                  .draft = {admission->token, sku, 1, {500, {}}},
                  .buyer = account,
                  .buyer_name = "bob1",
                  .key = "tap"};
    const auto answer = co_await sales.grab(std::move(call));
    if (answer && !answer->refusal) report.say(answer->grab.order.value);
    if (answer && answer->refusal) report.say(0);
  }
}

// The first round makes the sale; later ones find it in the folder.
void sell_until_killed(const std::string& path, int64_t round, ChildReport& report) {
  ShopWorld shop(static_cast<uint64_t>(round), path);
  shop.clock.advance(std::chrono::seconds(round));
  if (round == 1) {
    const SkuId sku = shop.add_product("mug", 990, 1'000);
    FlashSaleDraft draft{
        .room = "demo", .items = {{sku, {500, {}}, kUnits}}, .duration_s = 3'600, .preheat_s = 0};
    const auto made = shop.run(shop.services->sales.create(shop.fresh_key(), draft, "usr_host"));
    check(made.ok() && shop.run(shop.services->sales.start(made->id, "usr_host")).ok(), "a sale");
  }
  shop.run(shop.services->caretaker.tick());
  const auto page = shop.run(shop.services->sales.list({})).value();
  const FlashSaleView& sale = page.items.front();
  for (int64_t grabber = 0; grabber < 20; ++grabber) {
    shop.core().spawn(grab_for_ever(shop.services->sales, sale.sale, sale.items.front().sku,
                                    round * kBuyersEach + grabber, report));
  }
  pause();
}

TEST(FlashSaleCrash, KillsDuringASaleLoseNoAcknowledgedGrabAndOversellNothing) {
  set_log_level(LogLevel::off);
  const MemoryFolder folder;
  start_test_engine();  // before the fork: one server for all children
  std::vector<int64_t> acknowledged;
  bool sold_out = false;
  int64_t round = 0;
  while (!sold_out) {
    ++round;
    Child child([&](ChildReport& report) { sell_until_killed(folder.path(), round, report); });
    for (int heard = 0; heard < 40 && !sold_out; ++heard) {
      const int64_t order = child.next().value();
      sold_out = order == 0;
      if (!sold_out) acknowledged.push_back(order);
    }
    child.kill();
    while (const auto order = child.next()) {
      if (*order != 0) acknowledged.push_back(*order);
    }
  }
  EXPECT_GT(round, 3);
  ShopWorld shop(99, folder.path());
  EXPECT_EQ(shop.breaches(), std::vector<std::string>{});
  for (const int64_t order : acknowledged) {
    EXPECT_EQ(shop.count("SELECT COUNT(*) FROM orders WHERE order_id = " + std::to_string(order)), 1);
  }
  EXPECT_GE(shop.count("SELECT COUNT(*) FROM orders"), static_cast<int64_t>(acknowledged.size()));
  EXPECT_EQ(shop.count("SELECT SUM(units) FROM orders"), kUnits) << "all of them, and not one more";
  set_log_level(LogLevel::info);
}

}  // namespace
}  // namespace vitrine
