// A whole sale played by seeds: ten thousand buyers come at once for a hundred units, three in ten of those
// who get one never pay, and whoever is refused does not come again unless the line calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "shop/test_argument.h"
#include "shop/test_sale.h"

namespace vitrine {
namespace {

constexpr int kBuyers = 10'000;
constexpr int kUnits = 100;
constexpr int kWave = 500;  // come at the same moment

// Counts what happened, so that a run in which something never happened is seen.
struct Seen {
  int grabbed = 0;
  int replayed = 0;
  int sold_out = 0;
  int all_held = 0;
  int turns_taken = 0;
  int expired = 0;
  int restarts = 0;
};

class Play {
 public:
  Play(uint64_t seed, bool with_restarts)
      : test_(1'000, seed), choices_(seed), with_restarts_(with_restarts) {
    FlashSaleDraft draft = test_.draft(kUnits);
    draft.duration_s = 6 * 3'600;
    test_.open(draft);
  }

  void run() {
    std::vector<int> order(kBuyers);
    for (int at = 0; at < kBuyers; ++at) order[static_cast<size_t>(at)] = at;
    for (size_t at = order.size(); at > 1; --at) std::swap(order[at - 1], order[choices_.below(at)]);
    for (int from = 0; from < kBuyers; from += kWave) {
      come({order.begin() + from, order.begin() + from + kWave});
      go_on();
    }
    for (int round = 0; round < 200 && !over(); ++round) go_on();
  }

  TestSale& test() { return test_; }
  const Seen& seen() const { return seen_; }
  int64_t sold() { return test_.view().items.front().stock.sold; }

 private:
  static std::string name(int buyer) { return "b" + std::to_string(buyer); }

  void come(const std::vector<int>& buyers) {
    std::vector<std::pair<int, std::future<std::optional<Result<GrabAnswer>>>>> grabs;
    for (const int buyer : buyers) {
      const GrabCall call = test_.call(name(buyer));
      grabs.emplace_back(buyer, begin_on(test_.shop.core(), test_.sales().grab(call)));
      // One in fifty taps twice.
      if (choices_.below(50) == 0) {
        grabs.emplace_back(buyer, begin_on(test_.shop.core(), test_.sales().grab(call)));
      }
    }
    for (auto& [buyer, grab] : grabs) take(buyer, *grab.get());
  }

  void take(int buyer, const Result<GrabAnswer>& answer) {
    ASSERT_TRUE(answer.ok()) << answer.error().reason;
    if (answer->refusal) {
      const auto reason = answer->refusal->error.reason;
      seen_.sold_out += reason == "shop.sold_out" ? 1 : 0;
      seen_.all_held += reason == "shop.all_held" ? 1 : 0;
      if (answer->refusal->place) waiting_.insert(buyer);
      return;
    }
    if (answer->replayed) {
      ++seen_.replayed;
      return;
    }
    ++seen_.grabbed;
    seen_.turns_taken += static_cast<int>(waiting_.erase(buyer));
    test_.orders[name(buyer)] = answer->grab.order;
    if (choices_.below(10) >= 3) paying_.push_back(buyer);
  }

  // A minute goes by: some pay, some holds run out, some are called.
  void go_on() {
    for (const int buyer : std::exchange(paying_, {})) {
      const auto set = test_.shop.run(test_.shop.services->checkout.change_address(
          test_.orders[name(buyer)], test_.shop.buyer(name(buyer)), AddressId{1}));
      ASSERT_TRUE(set.ok());
      const PaymentId payment = test_.shop.begin_payment(test_.orders[name(buyer)], name(buyer));
      ASSERT_TRUE(test_.shop.run(test_.shop.services->sandbox.choose(payment, SandboxOutcome::succeed)).ok());
    }
    test_.shop.settle();
    // A restart forgets the line; whoever stands in it comes again.
    if (with_restarts_ && choices_.below(4) == 0) {
      test_.shop.restart();
      ++seen_.restarts;
      const std::set<int> waited = std::exchange(waiting_, {});
      come({waited.begin(), waited.end()});
    }
    test_.shop.advance(std::chrono::seconds(10));
    std::vector<int> called;
    for (const int buyer : waiting_) {
      if (test_.standing(name(buyer)).turn_until_ms) called.push_back(buyer);
    }
    come(called);
    test_.shop.advance(std::chrono::seconds(50));
    const auto stock = test_.view().items.front().stock;
    ASSERT_EQ(stock.free + stock.held + stock.sold, kUnits) << "after every step";
    ASSERT_EQ(test_.shop.breaches(), std::vector<std::string>{});
  }

  bool over() {
    const auto stock = test_.view().items.front().stock;
    seen_.expired = static_cast<int>(test_.shop.count("SELECT COUNT(*) FROM orders WHERE state = 5"));
    return stock.held == 0 && paying_.empty() && (waiting_.empty() || stock.sold == kUnits);
  }

  TestSale test_;
  SeededRandom choices_;
  bool with_restarts_;
  std::set<int> waiting_;
  std::vector<int> paying_;
  Seen seen_;
};

void play_one(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Play play(seed, seed % 2 == 0);
  play.run();
  const Seen& seen = play.seen();
  EXPECT_EQ(play.sold(), kUnits) << "nothing oversold, nothing left unsold";
  EXPECT_EQ(play.test().shop.count("SELECT COUNT(*) FROM orders WHERE state = 2"), kUnits);
  std::printf(
      "seed %d: grabbed %d, tapped twice %d, expired %d, turns taken %d, all held %d, sold out %d, restarts "
      "%d\n",
      static_cast<int>(seed), seen.grabbed, seen.replayed, seen.expired, seen.turns_taken, seen.all_held,
      seen.sold_out, seen.restarts);
  EXPECT_GT(seen.replayed, 0);
  EXPECT_GT(seen.expired, 0);
  EXPECT_GT(seen.turns_taken, 0);
  EXPECT_GT(seen.all_held, 0);
  EXPECT_GT(seen.sold_out + seen.all_held, kBuyers - 2 * kUnits - 100);
}

// Three runs; `--runs 20` plays as many.
TEST(FlashSaleSimulation, TenThousandBuyersGetExactlyAHundredUnits) {
  set_log_level(LogLevel::off);
  const uint64_t runs = test_argument("--runs").value_or(3);
  for (uint64_t seed = 1; seed <= runs; ++seed) play_one(seed);
  set_log_level(LogLevel::info);
}

// Short random lives of a sale with everything that can happen to it, checked after each step.
TEST(FlashSaleSteps, NoSequenceBreaksAnInvariant) {
  set_log_level(LogLevel::off);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    TestSale test(50, seed);
    SeededRandom choices(seed);
    FlashSaleDraft draft = test.draft(6);
    draft.per_buyer = 3;
    draft.per_order = 2;
    draft.duration_s = 1'200;
    test.open(draft);
    for (int step = 0; step < 120; ++step) {
      const std::string buyer = "b" + std::to_string(choices.below(12));
      const std::string key = "tap " + std::to_string(choices.below(4));
      const auto order = test.orders.find(buyer);
      switch (choices.below(8)) {
        case 0:
        case 1:
        case 2:
          (void)test.grab(buyer, 1 + static_cast<int64_t>(choices.below(2)), key);
          break;
        case 3:
          if (order != test.orders.end() && test.shop.order(order->second, buyer).state == "pending_payment")
            test.pay(buyer);
          break;
        case 4:
          if (order != test.orders.end())
            (void)test.shop.run(test.shop.services->checkout.cancel(order->second, test.shop.buyer(buyer)));
          break;
        case 5:
          test.shop.advance(std::chrono::seconds(choices.below(90)));
          break;
        case 6:
          (void)test.shop.run(choices.below(2) == 0 ? test.sales().pause(test.sale, "usr_host")
                                                    : test.sales().resume(test.sale, "usr_host"));
          break;
        default:
          if (choices.below(10) == 0) test.shop.restart();
          if (choices.below(40) == 0) (void)test.shop.run(test.sales().stop(test.sale, "usr_host"));
          break;
      }
      ASSERT_EQ(test.shop.breaches(), std::vector<std::string>{}) << "seed " << seed << " step " << step;
    }
    test.shop.advance(std::chrono::hours(1));
    EXPECT_EQ(test.view().state, "settled") << "seed " << seed;
    const Pool shelf = test.shop.pool(test.sku);
    const auto stock = test.view().items.front().stock;
    EXPECT_EQ(shelf.free + stock.sold, 50) << "seed " << seed;
  }
  set_log_level(LogLevel::info);
}

}  // namespace
}  // namespace vitrine
