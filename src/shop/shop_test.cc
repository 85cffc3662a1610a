// What the shop promises, each promise with what breaks it: stock under two buyers, idempotency,
// fencing, capabilities, privacy, and random sequences of everything at once.
#include <gtest/gtest.h>

#include "base/log.h"
#include "shop/cart/cart_store.h"
#include "shop/ledger/ledger.h"
#include "shop/test_world.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

const StaffAct kStaff{AccountId{42}, "127.0.0.1"};

class ShopTest : public ::testing::Test {
 protected:
  ShopTest() { set_log_level(LogLevel::off); }
  ~ShopTest() override { set_log_level(LogLevel::info); }
  ShopWorld world;
};

TEST_F(ShopTest, TwoBuyersAndOneUnitAThousandRoundsOneHoldEach) {
  const SkuId mug = world.add_product("mug", 990, 1);
  for (int round = 0; round < 1'000; ++round) {
    const PlaceRequest requests[] = {world.request("bob1", mug, 1), world.request("eve2", mug, 1)};
    auto first = begin_on(world.core(), world.services->checkout.place(requests[round % 2]));
    auto second = begin_on(world.core(), world.services->checkout.place(requests[1 - round % 2]));
    const Result<Placed> answers[] = {*first.get(), *second.get()};
    int held = 0;
    for (const auto& answer : answers) {
      ASSERT_TRUE(answer.ok());
      if (!answer->refusal) ++held;
      if (answer->refusal) ASSERT_EQ(answer->refusal->error.reason, "shop.all_held");
    }
    ASSERT_EQ(held, 1) << "round " << round;
    ASSERT_EQ(world.pool(mug).held, 1);
    const auto& winner = answers[0]->refusal ? answers[1] : answers[0];
    const std::string name = (answers[0]->refusal ? 1 : 0) == round % 2 ? "bob1" : "eve2";
    ASSERT_TRUE(world.run(world.services->checkout.cancel(winner->order, world.buyer(name))).ok()) << round;
  }
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(ShopTest, TheSameKeyIsOneOrderAndAnotherBodyIsRefused) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const PlaceRequest request = world.request("bob1", mug, 2);
  const auto first = world.place(request);
  const auto again = world.place(request);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_FALSE(first->replayed);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(first->order, again->order);
  EXPECT_EQ(world.pool(mug).held, 2);

  PlaceRequest other = request;
  other.key.digest = "another body";
  EXPECT_EQ(world.place(other).error().reason, "request.idempotency_key_reused");
  // The answer is the same after a restart, and after the order has moved on.
  world.restart();
  EXPECT_EQ(world.place(request)->order, first->order);
}

TEST_F(ShopTest, ARefusalIsNotRememberedUnderItsKey) {
  const SkuId mug = world.add_product("mug", 990, 1);
  const OrderId held = world.buy("eve2", mug, 1);
  const PlaceRequest request = world.request("bob1", mug, 1);
  EXPECT_EQ(world.place(request)->refusal->error.reason, "shop.all_held");
  ASSERT_TRUE(world.run(world.services->checkout.cancel(held, world.buyer("eve2"))).ok());
  EXPECT_FALSE(world.place(request)->refusal);
}

TEST_F(ShopTest, TwoLinesOfOneSkuAreOneDemand) {
  const SkuId mug = world.add_product("mug", 990, 3);
  PlaceRequest request = world.request("bob1", mug, 2);
  request.lines.push_back(request.lines.front());
  request.total = {4 * 990, {}};
  const auto placed = world.place(request);
  ASSERT_TRUE(placed->refusal);
  EXPECT_EQ(placed->refusal->error.reason, "shop.sold_out");
  EXPECT_EQ(placed->refusal->free, 3);
  EXPECT_EQ(world.pool(mug).held, 0);
}

TEST_F(ShopTest, WithSellingOffNothingIsOrderedAndOpenOrdersFinish) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId open = world.buy("bob1", mug, 1);
  world.ops.now.selling = false;
  EXPECT_EQ(world.place(world.request("eve2", mug, 1)).error().reason, "shop.selling_off");
  world.choose(world.begin_payment(open, "bob1"), SandboxOutcome::succeed);
  EXPECT_EQ(world.order(open, "bob1").state, "paid");
}

TEST_F(ShopTest, AnOrderIsSeenByItsBuyerAloneAndMaskedForStaff) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId order = world.buy("bob1", mug, 1);
  EXPECT_EQ(world.run(world.services->checkout.order(order, world.buyer("eve2"))).error().reason,
            "shop.order");
  EXPECT_EQ(world.order(order, "bob1").address->line, "世纪大道 100 号");
  const auto masked =
      world.run(world.services->checkout.staff_order(order, OrderEyes::staff, kStaff)).value();
  EXPECT_EQ(masked.buyer, "b***1");
  EXPECT_EQ(masked.address->name, "王***明");
  EXPECT_EQ(masked.address->phone_masked, "138****1234");
  EXPECT_FALSE(masked.address->phone);
  EXPECT_EQ(masked.address->line, "***");
  EXPECT_TRUE(world.members.acts.empty());
  const auto whole =
      world.run(world.services->checkout.staff_order(order, OrderEyes::staff_personal, kStaff)).value();
  EXPECT_EQ(whole.address->phone, "+8613800001234");
  EXPECT_EQ(world.members.acts, std::vector<std::string>{"order.personal_read"});
  EXPECT_EQ(
      world.count(testing_on_postgres()
                      ? "SELECT COUNT(*) FROM orders WHERE position('13800001234'::bytea IN to_phone) > 0"
                      : "SELECT COUNT(*) FROM orders WHERE instr(to_phone, '13800001234') > 0"),
      0);
}

TEST_F(ShopTest, ANoticeWithAnotherSignatureOrAmountPaysNothing) {
  const SkuId mug = world.add_product("mug", 990, 1);
  const OrderId order = world.buy("bob1", mug, 1);
  const PaymentId payment = world.begin_payment(order, "bob1");
  const auto notice = [&](int64_t amount) {
    return R"({"event":"e1","payment":")" + payment.str() + R"(","word":2,"amount":{"amount":)" +
           std::to_string(amount) + R"(,"currency":"CNY"}})";
  };
  const auto forged = world.run(world.services->desk.receive("sandbox", notice(990), std::string(64, 'a')));
  EXPECT_EQ(forged.error().reason, "shop.notice_signature");
  const std::string wrong = notice(1);
  ASSERT_TRUE(
      world.run(world.services->desk.receive("sandbox", wrong, world.services->sandbox.sign(wrong))).ok());
  world.settle();
  EXPECT_EQ(world.order(order, "bob1").state, "pending_payment");
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(ShopTest, ASecondSuccessOfAnotherAttemptGoesBack) {
  const SkuId mug = world.add_product("mug", 990, 1);
  const OrderId order = world.buy("bob1", mug, 1);
  const PaymentId first = world.begin_payment(order, "bob1");
  world.choose(first, SandboxOutcome::late);  // lets itself be closed, then is paid all the same
  world.begin_payment(order, "bob1", "manual");
  ASSERT_TRUE(world.run(world.services->desk.confirm_by_hand(order, "usr_staff")).ok());
  EXPECT_EQ(world.order(order, "bob1").state, "paid");
  world.advance(Milliseconds(6'000));
  EXPECT_EQ(world.order(order, "bob1").state, "paid");
  EXPECT_EQ(world.order(order, "bob1").payments.front().state, "refunded");
  EXPECT_EQ(world.pool(mug).sold, 1);
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(ShopTest, ASilentProviderRaisesTheAlarmAndStaffMayLetGo) {
  const SkuId mug = world.add_product("mug", 990, 1);
  const OrderId order = world.buy("bob1", mug, 1);
  world.begin_payment(order, "bob1");
  // The provider is taken out of the attempt's reach: every question goes unanswered.
  world.tamper("UPDATE payment_attempt SET provider = 'gone'");
  world.advance(Milliseconds(301'000));
  EXPECT_EQ(world.order(order, "bob1").state, "closing");
  EXPECT_EQ(world.order(order, "bob1").payments.front().state, "unknown");
  ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(order, kStaff)).ok());
  EXPECT_EQ(world.order(order, "bob1").state, "closing") << "not before ten minutes";
  EXPECT_FALSE(world.services->caretaker.alarm());
  world.advance(kSilenceMax);
  EXPECT_TRUE(world.services->caretaker.alarm());
  EXPECT_EQ(world.pool(mug).held, 1);
  ASSERT_TRUE(world.run(world.services->checkout.staff_cancel(order, kStaff)).ok());
  EXPECT_EQ(world.order(order, "bob1").close_reason, "staff_released");
  EXPECT_EQ(world.pool(mug).free, 1);
  EXPECT_TRUE(world.breaches().empty());
}

TEST_F(ShopTest, AfterARebootTheHoldLastsAsLongAsWasLeft) {
  const SkuId mug = world.add_product("mug", 990, 1);
  const OrderId order = world.buy("bob1", mug, 1);
  world.advance(Milliseconds(120'000));
  world.clock.reboot(Milliseconds(86'400'000));
  world.restart();
  world.advance(Milliseconds(179'000));
  EXPECT_EQ(world.order(order, "bob1").state, "pending_payment");
  world.advance(Milliseconds(1'000));
  EXPECT_EQ(world.order(order, "bob1").state, "closed");
}

TEST_F(ShopTest, ABrokenPoolFencesTheShopUntilItIsMended) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId order = world.buy("bob1", mug, 1);
  world.tamper("UPDATE pool SET free = free + 1");
  world.advance(Milliseconds(61'000));  // the next comparison
  EXPECT_TRUE(world.services->gate.fenced());
  EXPECT_NE(world.services->gate.why().find(mug.str()), std::string::npos);
  EXPECT_EQ(world.place(world.request("eve2", mug, 1)).error().reason, "shop.fenced");
  EXPECT_EQ(world.order(order, "bob1").state, "pending_payment") << "reads go on";
  world.restart();
  EXPECT_EQ(world.place(world.request("eve2", mug, 1)).error().reason, "shop.fenced")
      << "a restart stays fenced";
  world.tamper("UPDATE pool SET free = free - 1");
  world.advance(Milliseconds(61'000));
  EXPECT_FALSE(world.services->gate.fenced());
  EXPECT_FALSE(world.place(world.request("eve2", mug, 1))->refusal);
}

TEST_F(ShopTest, AGuardOfTheDatabaseFencesTheShopAtOnce) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const OrderId order = world.buy("bob1", mug, 2);
  world.tamper("UPDATE pool SET held = 1");  // letting go of two makes it negative
  EXPECT_EQ(world.run(world.services->checkout.cancel(order, world.buyer("bob1"))).error().reason,
            "shop.fenced");
  EXPECT_TRUE(world.services->gate.fenced());
}

TEST_F(ShopTest, AGuestsCartGoesAlongOnceWithTheSignIn) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const SkuId tea = world.add_product("tea", 1280, 5);
  CartService& cart = world.services->cart;
  ASSERT_TRUE(world.run(cart.set_line("gst_a", mug, 90)).ok());
  ASSERT_TRUE(world.run(cart.set_line("gst_a", tea, 1)).ok());
  ASSERT_TRUE(world.run(cart.set_line("usr_b", mug, 20)).ok());
  for (int delivery = 0; delivery < 2; ++delivery) {  // the bus may bring the event again
    auto work = [](Transaction& tx) { return merge_carts(tx, "gst_a", "usr_b"); };
    ASSERT_TRUE(world.run(world.services->gate.write(std::move(work))).ok());
    const CartView merged = world.run(cart.view("usr_b")).value();
    ASSERT_EQ(merged.lines.size(), 2u);
    EXPECT_EQ(merged.lines[0].quantity, kCartQuantityMax) << "90 and 20, but 99 at most";
    EXPECT_EQ(merged.lines[1].quantity, 1);
    EXPECT_TRUE(world.run(cart.view("gst_a")).value().lines.empty());
  }
}

TEST_F(ShopTest, AnOrderFromTheCartTakesItsLinesOut) {
  const SkuId mug = world.add_product("mug", 990, 5);
  const std::string viewer = world.buyer("bob1").str();
  ASSERT_TRUE(world.run(world.services->cart.set_line(viewer, mug, 3)).ok());
  PlaceRequest request = world.request("bob1", mug, 2);
  request.from_cart = true;
  ASSERT_FALSE(world.place(request)->refusal);
  EXPECT_EQ(world.run(world.services->cart.view(viewer)).value().lines.front().quantity, 1);
}

TEST_F(ShopTest, OneProductIsShownAtATimeAndOnlyFromTheShowcase) {
  ShowcaseService& showcase = world.services->showcase;
  world.add_product("mug", 990, 5);
  world.add_product("tea", 1280, 5);
  const auto items = world.run(showcase.view("demo")).value().items;
  const ProductId mug = items[0].product, tea = items[1].product;
  world.media.now.newest = MediaTime{4, 900'000};

  const auto first = world.run(showcase.show("demo", {mug, MediaTimeDto{4, 870'000}}, "usr_host")).value();
  EXPECT_EQ(first.media->pts90k, 870'000) << "the console's playhead";
  world.clock.advance(Milliseconds(5'000));
  const auto same = world.run(showcase.show("demo", {mug, std::nullopt}, "usr_host")).value();
  EXPECT_EQ(same.at_ms, first.at_ms) << "showing what is shown changes nothing";
  const auto second = world.run(showcase.show("demo", {tea, MediaTimeDto{3, 870'000}}, "usr_host")).value();
  EXPECT_EQ(second.media->pts90k, 900'000 + 200 * 90) << "a playhead of another epoch is of no use";
  EXPECT_EQ(world.count("SELECT COUNT(*) FROM showing WHERE ended_ms IS NULL"), 1);
  EXPECT_EQ(world.count("SELECT end_pts FROM showing WHERE ended_ms IS NOT NULL"), second.media->pts90k);

  const auto [unlisted, sku] = world.make_product("cup", 500, 1);
  EXPECT_EQ(world.run(showcase.show("demo", {unlisted, std::nullopt}, "usr_host")).error().reason,
            "shop.not_on_showcase");
  ASSERT_TRUE(world.run(world.services->catalog.archive(tea)).ok());
  const auto after = world.run(showcase.view("demo")).value();
  EXPECT_EQ(after.items.size(), 1u);
  EXPECT_FALSE(after.now_showing) << "an archived product is shown no more";
}

// Each control breaks one row behind the product's back and must turn the comparison red.
TEST_F(ShopTest, EveryPlantedBreakIsFound) {
  const SkuId mug = world.add_product("mug", 990, 9);
  const OrderId paid = world.buy("bob1", mug, 1);
  world.choose(world.begin_payment(paid, "bob1"), SandboxOutcome::succeed);
  world.buy("eve2", mug, 2);
  ASSERT_TRUE(world.breaches().empty());
  struct Control {
    const char* what;
    const char* plant;
    const char* mend;
  };
  const Control controls[] = {
      {"a unit from nowhere", "UPDATE pool SET free = free + 1", "UPDATE pool SET free = free - 1"},
      {"negative stock past a dropped CHECK",
       testing_on_postgres() ? "ALTER TABLE pool DROP CONSTRAINT pool_free_check"
                             : "PRAGMA ignore_check_constraints = 1",
       nullptr},
      {"a movement lost", "UPDATE movement SET shop_id = 'x' WHERE n = 2",
       "UPDATE movement SET shop_id = 'default'"},
      {"a hold released twice", "UPDATE pool SET free = free + 2, held = held - 2",
       "UPDATE pool SET free = free - 2, held = held + 2"},
      {"a hold resolved without its pool", "UPDATE hold SET state = 2 WHERE state = 0",
       "UPDATE hold SET state = 0 WHERE state = 2"},
      {"an order paid for nothing", "UPDATE orders SET state = 2 WHERE state = 0",
       "UPDATE orders SET state = 0 WHERE paid_ms IS NULL"},
      {"a payment nobody booked", "UPDATE payment_attempt SET amount = amount + 1",
       "UPDATE payment_attempt SET amount = amount - 1"},
      {"a line of two units more than was held", "UPDATE order_line SET quantity = quantity + 2",
       "UPDATE order_line SET quantity = quantity - 2"},
  };
  for (const Control& control : controls) {
    if (control.mend == nullptr) {
      world.tamper(control.plant);
      world.tamper("UPDATE pool SET free = -1");
      EXPECT_FALSE(world.breaches().empty()) << control.what;
      world.tamper("UPDATE pool SET free = 6");
      world.tamper(testing_on_postgres() ? "ALTER TABLE pool ADD CONSTRAINT pool_free_check CHECK (free >= 0)"
                                         : "PRAGMA ignore_check_constraints = 0");
      continue;
    }
    world.tamper(control.plant);
    EXPECT_FALSE(world.breaches().empty()) << control.what;
    world.tamper(control.mend);
    EXPECT_TRUE(world.breaches().empty()) << "mended: " << control.what;
  }
}

TEST_F(ShopTest, TheLedgerTakesNoChangeAndShowsOneForcedOnIt) {
  const SkuId mug = world.add_product("mug", 990, 9);
  for (int sale = 0; sale < 3; ++sale) {
    world.choose(world.begin_payment(world.buy("bob1", mug, 1), "bob1"), SandboxOutcome::succeed);
  }
  const auto verify = [&](std::string head = {}) {
    auto look = [head](Transaction& tx) { return verify_ledger(tx, head); };
    return world.run(world.services->gate.read(std::move(look))).value();
  };
  const auto drop = [](const std::string& trigger, const std::string& table) {
    return "DROP TRIGGER " + trigger + (testing_on_postgres() ? " ON " + table : "");
  };
  const LedgerReport whole = verify();
  EXPECT_EQ(whole.entries, 3);
  EXPECT_FALSE(whole.fault);
  for (const std::string sql : {"UPDATE ledger_line SET amount = 1", "DELETE FROM ledger_entry"}) {
    auto work = [sql](Transaction& tx) -> Result<int64_t> { return tx.execute(sql); };
    EXPECT_FALSE(world.run(world.services->gate.database()->write(std::move(work))).ok()) << sql;
  }
  world.tamper(drop("ledger_line_stays", "ledger_line"));
  world.tamper("UPDATE ledger_line SET amount = amount * 2 WHERE n = 2");
  EXPECT_NE(verify().fault.value_or("").find("entry 2"), std::string::npos);
  world.tamper("UPDATE ledger_line SET amount = amount / 2 WHERE n = 2");
  EXPECT_FALSE(verify().fault);
  world.tamper(drop("ledger_entry_kept", "ledger_entry"));
  world.tamper("DELETE FROM ledger_entry WHERE n = 3");
  EXPECT_FALSE(verify().fault) << "a cut tail cannot be seen from within";
  EXPECT_TRUE(verify(whole.head).fault) << "but against the exported head";
}

// 10,000 short sequences of everybody at once in 20 small shops: buyers, staff, the provider, time and
// the caretaker. What one sequence leaves behind is where the next begins. Seeded: a failing one replays.
class RandomLife {
 public:
  RandomLife(ShopWorld& world, SeededRandom& dice) : world_(world) {
    for (int64_t units = 1; units <= 4; ++units) {
      const int64_t price = 100 + static_cast<int64_t>(dice.below(900));
      skus_.push_back(world.make_product("mug", price, units).second);
    }
  }

  void play(SeededRandom& dice, int steps) {
    const SkuId sku = skus_[dice.below(skus_.size())];
    if (orders_.size() > 6) orders_.erase(orders_.begin(), orders_.end() - 6);
    for (int step = 0; step < steps; ++step) take_step(dice, sku);
  }
  int64_t placed = 0, paid = 0, cancelled = 0;

 private:
  void take_step(SeededRandom& dice, SkuId sku) {
    const std::string buyer = "buyer" + std::to_string(dice.below(3));
    switch (dice.below(8)) {
      case 0:
      case 1:
        return place(buyer, sku, 1 + static_cast<int64_t>(dice.below(2)));
      case 2:
      case 3:
        return pay(dice);
      case 4:
        return cancel(dice);
      case 5:
        return world_.clock.advance(Milliseconds(static_cast<int64_t>(dice.below(200'000))));
      case 6:
        return world_.run(world_.services->caretaker.tick());
      default:
        return change_stock(dice, sku);
    }
  }
  void place(const std::string& buyer, SkuId sku, int64_t quantity) {
    const auto made = world_.place(world_.request(buyer, sku, quantity));
    if (!made.ok() || made->refusal) return;
    orders_.emplace_back(made->order, buyer);
    ++placed;
  }
  void pay(SeededRandom& dice) {
    if (orders_.empty()) return;
    const auto& [order, buyer] = orders_[dice.below(orders_.size())];
    const auto begun =
        world_.run(world_.services->desk.begin(world_.fresh_key(), order, world_.buyer(buyer), "sandbox"));
    if (!begun.ok()) return;
    const auto outcome = static_cast<SandboxOutcome>(dice.below(5));
    if (world_.run(world_.services->sandbox.choose(begun->id, outcome)).ok()) ++paid;
  }
  void cancel(SeededRandom& dice) {
    if (orders_.empty()) return;
    const auto& [order, buyer] = orders_[dice.below(orders_.size())];
    const bool staff = dice.below(2) == 0;
    const auto done = staff ? world_.run(world_.services->checkout.staff_cancel(order, kStaff))
                            : world_.run(world_.services->checkout.cancel(order, world_.buyer(buyer)));
    if (done.ok()) ++cancelled;
  }
  void change_stock(SeededRandom& dice, SkuId sku) {
    const int64_t change = static_cast<int64_t>(dice.below(5)) - 2;
    const StockDraft draft{change, "recount"};
    (void)world_.run(world_.services->catalog.change_stock(world_.fresh_key(), sku, draft, "usr_staff")).ok();
  }

  ShopWorld& world_;
  std::vector<SkuId> skus_;
  std::vector<std::pair<OrderId, std::string>> orders_;  // the newest few
};

TEST_F(ShopTest, TenThousandRandomSequencesKeepEveryInvariant) {
  constexpr int kWorlds = 20;
  constexpr int kLives = 500;
  constexpr int kSteps = 3;
  int64_t placed = 0, paid = 0, cancelled = 0;
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    ShopWorld shop(seed);
    SeededRandom dice(seed * 7919);
    RandomLife life(shop, dice);
    for (int lived = 0; lived < kLives; ++lived) {
      life.play(dice, kSteps);
      if (lived % 100 == 99) ASSERT_EQ(shop.breaches(), std::vector<std::string>{}) << "seed " << seed;
    }
    for (int hour = 0; hour < 3; ++hour) shop.advance(Milliseconds(3'600'000));
    ASSERT_EQ(shop.breaches(), std::vector<std::string>{}) << "seed " << seed;
    EXPECT_EQ(shop.count("SELECT COUNT(*) FROM hold WHERE state = 0"), 0)
        << "every hold is resolved in the end";
    placed += life.placed;
    paid += life.paid;
    cancelled += life.cancelled;
  }
  // Sequences in which nothing happens would prove nothing.
  EXPECT_GT(placed, 1'000);
  EXPECT_GT(paid, 300);
  EXPECT_GT(cancelled, 300);
  RecordProperty("placed", std::to_string(placed));
}

}  // namespace
}  // namespace vitrine
