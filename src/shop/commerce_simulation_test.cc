// Seeds of the whole commerce core, and code that is wrong on purpose that the same seeds must find.
//
//   test_shop --gtest_filter='Commerce*' --seed 17 --steps 2000   plays one seed again, exactly
//   test_shop --gtest_filter='Commerce*' --seeds 10000            plays as many
#include <gtest/gtest.h>

#include <cstdio>

#include "base/log.h"
#include "shop/test_argument.h"
#include "shop/test_simulation.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

constexpr int kSteps = 2'000;
constexpr uint64_t kSeeds = 200;
constexpr uint64_t kMutantSeeds = 6;

class CommerceSimulation : public ::testing::Test {
 protected:
  CommerceSimulation() { set_log_level(LogLevel::off); }
  ~CommerceSimulation() override { set_log_level(LogLevel::info); }
  MemoryFolder scratch;
};

// Every edge and fault that must have happened somewhere (SHOP-RULES 25); states by number, as stored.
constexpr std::string_view kMustHappen[] = {"order -1>0",
                                            "order 0>1",
                                            "order 0>2",
                                            "order 0>5",
                                            "order 1>2",
                                            "order 1>5",
                                            "order 2>3",
                                            "order 2>6",
                                            "order 2>8",
                                            "order 3>4",
                                            "order 6>7",
                                            "order 8>3",
                                            "claim 0>1",
                                            "claim 0>3",
                                            "claim 1>0",
                                            "claim 1>2",
                                            "claim 2>0",
                                            "refund 0>1",
                                            "refund 0>2",
                                            "refund 0>3",
                                            "attempt 0>3",
                                            "attempt 0>4",
                                            "attempt 0>5",
                                            "commit refuse",
                                            "commit lose",
                                            "commit crash_before",
                                            "commit crash_after",
                                            "restart",
                                            "reboot",
                                            "wall clock set",
                                            "outcome succeed",
                                            "outcome fail",
                                            "outcome delay",
                                            "outcome twice",
                                            "outcome late",
                                            "outcome untold",
                                            "outcome wrong_amount",
                                            "outcome wrong_signature",
                                            "outcome reordered",
                                            "outcome silent",
                                            "grab ok",
                                            "claim ok",
                                            "claim shop.coupon_gone",
                                            "claim shop.coupon_limit",
                                            "refused shop.price_changed",
                                            "refused shop.all_held",
                                            "begin shop.provider_down",
                                            "place store.commit_lost",
                                            "repeat ok"};

TEST_F(CommerceSimulation, NoSeedBreaksARule) {
  if (testing_on_postgres()) return;  // its rows are in memory: there is nothing to try on another engine
  const uint64_t first = test_argument("--seed").value_or(1);
  const uint64_t seeds = test_argument("--seed") ? 1 : test_argument("--seeds").value_or(kSeeds);
  const int steps = static_cast<int>(test_argument("--steps").value_or(kSteps));
  SimCounts total;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    Simulation simulation(seed, scratch.path());
    const std::string broken = simulation.play(steps);
    ASSERT_EQ(broken, "") << "play it again: --seed " << seed << " --steps " << steps;
    for (const auto& [name, count] : simulation.counts()) total[name] += count;
  }
  for (const auto& [name, count] : total)
    std::printf("%-40s %lld\n", name.c_str(), static_cast<long long>(count));
  if (seeds < 20) return;
  for (const std::string_view name : kMustHappen)
    EXPECT_GT(total[std::string(name)], 0) << name << " never happened";
}

TEST_F(CommerceSimulation, ASeedPlaysTheSameEachTime) {
  Simulation one(42, scratch.path());
  Simulation other(42, scratch.path());
  EXPECT_EQ(one.play(400), "");
  EXPECT_EQ(other.play(400), "");
  EXPECT_EQ(one.counts(), other.counts());
}

constexpr Mutant kMutants[] = {
    {"a movement is not written", Mutant::Kind::skip, "INSERT INTO movement"},
    {"a pool is not changed", Mutant::Kind::skip, "UPDATE pool SET"},
    {"a pool gets one unit more", Mutant::Kind::change, "UPDATE pool SET", 2, 1},
    {"a hold is not written", Mutant::Kind::skip, "INSERT INTO hold"},
    {"a hold is for one unit more", Mutant::Kind::change, "INSERT INTO hold", 4, 1},
    {"a hold is not resolved", Mutant::Kind::skip, "UPDATE hold SET state"},
    {"an order's step leaves no row", Mutant::Kind::skip, "INSERT INTO order_event"},
    {"an order's step is not told", Mutant::Kind::untold, "OrderChanged"},
    {"a sale is not booked", Mutant::Kind::skip, "INSERT INTO ledger_entry"},
    {"a booking loses its lines", Mutant::Kind::skip, "INSERT INTO ledger_line"},
    {"a booking is off by one", Mutant::Kind::change, "INSERT INTO ledger_line", 4, 1},
    {"money that came too late is kept", Mutant::Kind::skip, "INSERT INTO refund "},
    {"a refund is never done", Mutant::Kind::skip, "UPDATE refund SET state = 1"},
    {"an attempt forgets that it succeeded", Mutant::Kind::skip, "UPDATE payment_attempt SET state"},
    {"open attempts are not seen", Mutant::Kind::blind,
     "FROM payment_attempt WHERE shop_id = $1 AND order_id"},
    {"open attempts are never asked about", Mutant::Kind::blind, "AND next_poll_ms <= $2"},
    {"notices are never read", Mutant::Kind::blind, "FROM payment_inbox "},
    {"a key is not recorded", Mutant::Kind::skip, "INSERT INTO idempotency"},
    {"a key is not looked for", Mutant::Kind::blind, "FROM idempotency"},
    {"a coupon's counter stands still", Mutant::Kind::skip, "UPDATE coupon SET claimed"},
    {"a claim is not locked", Mutant::Kind::skip, "UPDATE coupon_claim SET state"},
    {"a claim's step leaves no row", Mutant::Kind::skip, "INSERT INTO coupon_event"},
    {"an order forgets its coupons", Mutant::Kind::skip, "INSERT INTO order_coupon"},
    {"an order's coupons are not let go", Mutant::Kind::blind,
     "FROM coupon_claim WHERE shop_id = $1 AND order_id"},
    {"a line carries another discount", Mutant::Kind::change, "INSERT INTO order_line", 13, 1},
    {"a line has one unit more", Mutant::Kind::change, "INSERT INTO order_line", 10, 1},
    {"deadlines pass unseen", Mutant::Kind::blind, "AND pay_by_boot_ms <= $3"},
    {"a grab takes one unit more", Mutant::Kind::change, "grab_key, version) VALUES", 16, 1},
    {"an answer comes before the commit", Mutant::Kind::early},
    {"an attempt is for one fen more", Mutant::Kind::change, "INSERT INTO payment_attempt", 4, 1},
};

TEST_F(CommerceSimulation, TheSeedsFindCodeThatIsWrongOnPurpose) {
  if (testing_on_postgres()) return;
  static_assert(std::size(kMutants) >= 30);
  size_t found = 0;
  for (const Mutant& mutant : kMutants) {
    std::string broken;
    for (uint64_t seed = 1; seed <= kMutantSeeds && broken.empty(); ++seed) {
      broken = Simulation(seed, scratch.path(), &mutant).play(600);
    }
    std::printf("%-45s %s\n", std::string(mutant.name).c_str(), broken.empty() ? "SURVIVED" : broken.c_str());
    found += broken.empty() ? 0 : 1;
  }
  EXPECT_EQ(found, std::size(kMutants));
}

}  // namespace
}  // namespace vitrine
