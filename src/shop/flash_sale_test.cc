// A flash sale on the real services and a real database: its life, its refusals, its line, and that a grab
// is made once or not at all.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/test_sale.h"

namespace vitrine {
namespace {

class FlashSaleTest : public ::testing::Test {
 protected:
  FlashSaleTest() { set_log_level(LogLevel::off); }
  ~FlashSaleTest() override { set_log_level(LogLevel::info); }
  void expect_whole(TestSale& test) { EXPECT_EQ(test.shop.breaches(), std::vector<std::string>{}); }
};

TEST_F(FlashSaleTest, ItsUnitsAreTakenFromTheStockAndComeHome) {
  TestSale test(10);
  test.open(4);
  EXPECT_EQ(test.shop.pool(test.sku).free, 6);
  EXPECT_EQ(test.units(), "4 0 0");
  ASSERT_EQ(test.grab("ann"), "");
  ASSERT_EQ(test.grab("bob"), "");
  EXPECT_EQ(test.units(), "2 2 0");
  test.pay("ann");
  EXPECT_EQ(test.units(), "2 1 1");
  ASSERT_TRUE(test.shop.run(test.sales().stop(test.sale, "usr_host")));
  EXPECT_EQ(test.shop.pool(test.sku).free, 8) << "what nobody holds is back on the shelf";
  EXPECT_EQ(test.view().state, "ended");
  EXPECT_EQ(test.grab("eve"), "shop.ended");
  expect_whole(test);
  test.shop.advance(std::chrono::minutes(5));
  EXPECT_EQ(test.shop.pool(test.sku).free, 9) << "the hold that ran out went home too";
  EXPECT_EQ(test.view().state, "settled");
  EXPECT_EQ(test.units(), "0 0 1");
  expect_whole(test);
}

TEST_F(FlashSaleTest, MoreThanTheStockCannotBePromised) {
  TestSale test(3);
  test.make(test.draft(4));
  const auto begun = test.shop.run(test.sales().start(test.sale, "usr_host"));
  EXPECT_EQ((*begun)->error.reason, "shop.stock_short");
  EXPECT_EQ((*begun)->free, 3);
  EXPECT_EQ(test.view().state, "draft");
  expect_whole(test);
}

TEST_F(FlashSaleTest, ItGoesThroughItsStatesByServerTime) {
  TestSale test(10);
  FlashSaleDraft draft = test.draft(5);
  draft.starts_at_ms = test.shop.clock.wall().ms + 120'000;
  draft.open_delay_ms = 2'000;
  test.make(draft);
  ASSERT_TRUE(test.shop.run(test.sales().schedule(test.sale, "usr_host")).ok());
  EXPECT_EQ(test.view().state, "scheduled");
  EXPECT_EQ(test.token("ann"), "shop.not_started") << "there is no token before the start";
  test.shop.advance(Milliseconds(62'000));
  EXPECT_EQ(test.view().state, "preheat");
  test.shop.advance(Milliseconds(59'999));
  EXPECT_EQ(test.token("ann"), "shop.not_started");
  EXPECT_EQ(test.grab("ann"), "shop.not_started");
  // The clock alone opens it, before any round has moved the row.
  test.shop.clock.advance(Milliseconds(1));
  EXPECT_EQ(test.grab("ann"), "");
  EXPECT_EQ(test.shop.count("SELECT state FROM flash_sale"), 2) << "still preheat in the row";
  test.shop.settle();
  EXPECT_EQ(test.shop.count("SELECT state FROM flash_sale"), 3);
  ASSERT_TRUE(test.shop.run(test.sales().pause(test.sale, "usr_host")));
  EXPECT_EQ(test.grab("bob"), "shop.paused");
  ASSERT_TRUE(test.shop.run(test.sales().resume(test.sale, "usr_host")));
  EXPECT_EQ(test.grab("bob"), "");
  test.shop.advance(Milliseconds(600'000));
  EXPECT_EQ(test.grab("eve"), "shop.ended");
  EXPECT_EQ(test.shop.count("SELECT COUNT(*) FROM flash_move"), 8)
      << "created, scheduled, preheat, open, paused, open, ended, settled";
  expect_whole(test);
}

TEST_F(FlashSaleTest, EachRefusalSaysWhich) {
  TestSale test(10);
  test.open(2);
  ASSERT_EQ(test.grab("ann"), "");
  EXPECT_EQ(test.grab("ann", 1, "another tap"), "shop.limit");
  EXPECT_EQ(test.grab("bob", 2), "shop.limit");
  GrabCall cheap = test.call("bob");
  cheap.draft.total.amount = 1;
  EXPECT_EQ(test.grab(cheap)->refusal->total->amount, 500);
  GrabCall foreign = test.call("bob");
  foreign.draft.token = test.token("ann");
  EXPECT_EQ(test.grab(foreign).error().reason, "shop.admission") << "a token is one buyer's";
  ASSERT_EQ(test.grab("bob"), "");
  EXPECT_EQ(test.grab("eve"), "shop.all_held");
  test.pay("ann");
  test.pay("bob");
  EXPECT_EQ(test.grab("eve"), "shop.sold_out");
  test.shop.ops.now.selling = false;
  EXPECT_EQ(test.grab("zoe"), "shop.sold_out");
  expect_whole(test);
}

TEST_F(FlashSaleTest, AKeyGrabsOnce) {
  TestSale test(10);
  FlashSaleDraft draft = test.draft(5);
  draft.per_buyer = 5;
  draft.per_order = 2;
  test.open(draft);
  const auto first = test.grab(test.call("ann"));
  const auto again = test.grab(test.call("ann"));
  EXPECT_EQ(again->grab.order, first->grab.order);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(test.grab(test.call("ann", 2)).error().reason, "request.idempotency_key_reused");
  EXPECT_EQ(test.units(), "4 1 0");
  // Also after a restart, with the token of before, and when the sale is over.
  GrabCall old = test.call("ann");
  test.shop.restart();
  EXPECT_EQ(test.grab(old)->grab.order, first->grab.order);
  test.shop.advance(std::chrono::hours(1));
  EXPECT_EQ(test.view().state, "settled");
  EXPECT_EQ(test.grab(old)->grab.order, first->grab.order);
  expect_whole(test);
}

TEST_F(FlashSaleTest, ADoubleTapInOneBatchIsOneOrder) {
  TestSale test(10);
  test.open(5);
  std::vector<std::future<std::optional<Result<GrabAnswer>>>> taps;
  for (int tap = 0; tap < 20; ++tap)
    taps.push_back(begin_on(test.shop.core(), test.sales().grab(test.call("ann"))));
  OrderId order{};
  int fresh = 0;
  for (auto& tap : taps) {
    const auto answer = *tap.get();
    ASSERT_TRUE(answer.ok() && !answer->refusal);
    if (!order) order = answer->grab.order;
    EXPECT_EQ(answer->grab.order, order);
    fresh += answer->replayed ? 0 : 1;
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(test.units(), "4 1 0");
  expect_whole(test);
}

TEST_F(FlashSaleTest, AnUnpaidHoldFlowsBackAndGivesItsAllowanceBack) {
  TestSale test(10);
  test.open(1);
  ASSERT_EQ(test.grab("ann"), "");
  test.shop.advance(std::chrono::minutes(5));
  EXPECT_EQ(test.units(), "1 0 0");
  EXPECT_EQ(test.shop.order(test.orders["ann"], "ann").state, "closed");
  EXPECT_EQ(test.grab("ann", 1, "another tap"), "") << "the limit counts what is held or bought";
  test.pay("ann");
  EXPECT_EQ(test.units(), "0 0 1");
  EXPECT_EQ(test.shop.order(test.orders["ann"], "ann").lines.front().unit_price.amount, 500);
  expect_whole(test);
}

TEST_F(FlashSaleTest, TheLineIsServedInOrderAndNobodyOvertakes) {
  TestSale test(10);
  test.open(2);
  ASSERT_EQ(test.grab("ann"), "");
  ASSERT_EQ(test.grab("bob"), "");
  EXPECT_EQ(test.grab(test.call("eve"))->refusal->place, 1);
  EXPECT_EQ(test.grab(test.call("zoe"))->refusal->place, 2);
  EXPECT_EQ(test.grab(test.call("max"))->refusal->place, std::nullopt) << "no longer than what may come back";
  ASSERT_TRUE(test.shop.run(test.shop.services->checkout.cancel(test.orders["ann"], test.shop.buyer("ann"))));
  EXPECT_EQ(test.grab("max"), "shop.all_held") << "the unit that came back is kept";
  test.shop.settle();
  EXPECT_EQ(test.standing("eve").turn_until_ms, test.shop.clock.wall().ms + 15'000);
  EXPECT_EQ(test.standing("zoe").place, 1);
  EXPECT_EQ(test.shop.count("SELECT COUNT(*) FROM outbox WHERE kind = 'FlashTurnCame'"), 1);
  EXPECT_EQ(test.grab("zoe"), "shop.all_held");
  EXPECT_EQ(test.grab("eve"), "");
  EXPECT_EQ(test.standing("eve").order, test.orders["eve"]);
  // A turn that is not taken goes to the next.
  ASSERT_TRUE(test.shop.run(test.shop.services->checkout.cancel(test.orders["bob"], test.shop.buyer("bob"))));
  test.shop.settle();
  EXPECT_TRUE(test.standing("zoe").turn_until_ms);
  test.shop.advance(Milliseconds(15'000));
  EXPECT_FALSE(test.standing("zoe").turn_until_ms);
  EXPECT_EQ(test.grab("max"), "") << "nobody waits any more";
  expect_whole(test);
}

TEST_F(FlashSaleTest, ABatchIsOneMovementAndOneEvent) {
  TestSale test(300);
  test.open(300);
  const int64_t events = test.shop.count("SELECT COUNT(*) FROM outbox");
  std::vector<std::future<std::optional<Result<GrabAnswer>>>> grabs;
  for (int at = 0; at < 300; ++at) {
    grabs.push_back(begin_on(test.shop.core(), test.sales().grab(test.call("buyer" + std::to_string(at)))));
  }
  for (auto& grab : grabs) ASSERT_TRUE(grab.get()->ok());
  const int64_t batches = test.shop.count("SELECT COUNT(*) FROM movement WHERE reason = 'grabbed'");
  EXPECT_LT(batches, 300);
  EXPECT_EQ(test.shop.count("SELECT COUNT(*) FROM outbox") - events, batches);
  EXPECT_EQ(test.shop.count("SELECT SUM(quantity) FROM movement WHERE reason = 'grabbed'"), 300);
  EXPECT_EQ(test.shop.count("SELECT COUNT(*) FROM orders WHERE sale IS NOT NULL"), 300);
  EXPECT_EQ(test.shop.count("SELECT COUNT(*) FROM hold"), 0) << "the order is the hold";
  expect_whole(test);
}

TEST_F(FlashSaleTest, APaidOrderGivenBackGoesOnTheShelf) {
  TestSale test(10);
  test.open(1);
  ASSERT_EQ(test.grab("ann"), "");
  test.pay("ann");
  ASSERT_TRUE(test.shop.run(test.shop.services->checkout.staff_cancel(test.orders["ann"], {})));
  test.shop.settle();
  EXPECT_EQ(test.shop.order(test.orders["ann"], "ann").state, "refunded");
  EXPECT_EQ(test.units(), "0 0 1");
  EXPECT_EQ(test.shop.pool(test.sku).free, 10);
  expect_whole(test);
}

TEST_F(FlashSaleTest, AFencedShopGrabsNothing) {
  TestSale test(10);
  test.open(5);
  test.shop.run(test.shop.services->gate.raise("a test"));
  EXPECT_EQ(test.grab("ann"), "shop.fenced");
}

// The checker is worth something only if it finds what a naive shop does: read, then write what was read.
TEST_F(FlashSaleTest, TheNaiveTwinOversellsAndIsFound) {
  TestSale test(10);
  test.open(1);
  const Pool seen = [&] {
    auto look = [](Transaction& tx) -> Result<Pool> {
      auto rows = tx.query("SELECT pool, sku, free, held, sold, version FROM pool WHERE kind = 1");
      if (!rows) return rows.error();
      const Row& row = rows->front();
      return Pool{row.id<PoolId>(0), row.id<SkuId>(1), row.integer(2), row.integer(3), row.integer(4), 0};
    };
    return test.shop.run(test.shop.services->gate.read(std::move(look))).value();
  }();
  for (const char* buyer : {"ann", "bob"}) {
    auto naive = [&, buyer](Transaction& tx) -> Result<void> {
      if (seen.free < 1) return Error{ErrorKind::conflict, "shop.sold_out"};
      const NewGrab grab{
          .order = test.shop.ids.next<OrderId>(),
          .buyer = test.shop.buyer(buyer),
          .buyer_masked = "***",
          .grab = {test.sale, seen.pool, 1},
          .key = buyer,
          .total = {500, {}},
          .created = test.shop.clock.wall(),
          .pay_by = deadline_in(Milliseconds(1'000), test.shop.clock.wall(), test.shop.clock.boot())};
      if (auto put = insert_grabs(tx, "demo", std::span(&grab, 1)); !put) return put;
      auto written = tx.execute("UPDATE pool SET free = $1, held = $2 WHERE pool = $3", seen.free - 1,
                                seen.held + 1, seen.pool);
      if (!written) return written.error();
      return {};
    };
    ASSERT_TRUE(test.shop.run(test.shop.services->gate.database()->write(std::move(naive))));
  }
  EXPECT_FALSE(test.shop.breaches().empty());
}

}  // namespace
}  // namespace vitrine
