// Pools: what may move, and which refusal a buyer gets.
#include "shop/stock/stock_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

TEST(StockRules, RefusalSaysWhetherUnitsMayComeBack) {
  EXPECT_FALSE(hold_refusal({.free = 2}, 2));
  EXPECT_EQ(hold_refusal({.free = 0, .held = 1}, 1)->reason, "shop.all_held");
  EXPECT_EQ(hold_refusal({.free = 0, .held = 0, .sold = 5}, 1)->reason, "shop.sold_out");
  // Two are wanted, one is free and one is held: the held one may come back.
  EXPECT_EQ(hold_refusal({.free = 1, .held = 1}, 2)->reason, "shop.all_held");
  // One is free and none is held: a second will not come by itself.
  EXPECT_EQ(hold_refusal({.free = 1, .held = 0, .sold = 9}, 2)->reason, "shop.sold_out");
}

TEST(StockRules, WritingOffMoreThanIsFreeIsTheCallersMistake) {
  EXPECT_EQ(after_movement({.free = 3, .held = 5}, MovementKind::written_off, 4).error().reason,
            "shop.stock_short");
}

TEST(StockRules, LettingGoOfMoreThanIsHeldIsABrokenInvariant) {
  EXPECT_EQ(after_movement({.free = 3, .held = 1}, MovementKind::released, 2).error().reason,
            "shop.broken_pool");
  EXPECT_EQ(after_movement({.free = 3, .held = 1}, MovementKind::committed, 2).error().reason,
            "shop.broken_pool");
}

TEST(StockRules, ReceivingPastTheLimitIsRefused) {
  EXPECT_EQ(after_movement({.free = kPoolUnitsMax}, MovementKind::received, 1).error().reason,
            "shop.stock_too_many");
}

TEST(StockRules, NoSequenceOfMovementsLosesAUnitOrGoesBelowZero) {
  rc::check([](const std::vector<uint8_t>& choices) {
    Pool pool{.free = 10};
    int64_t in = 10;
    for (const uint8_t choice : choices) {
      const auto kind = static_cast<MovementKind>(choice % 9);
      const int64_t quantity = 1 + choice / 9 % 4;
      const auto after = after_movement(pool, kind, quantity);
      if (!after) continue;
      RC_ASSERT(after->version == pool.version + 1);
      const MovementEffect effect = effect_of(kind, quantity);
      in += effect.free + effect.held + effect.sold;
      pool = *after;
      RC_ASSERT(pool.free >= 0 && pool.held >= 0 && pool.sold >= 0);
      RC_ASSERT(pool.free + pool.held + pool.sold == in);
    }
  });
}

}  // namespace
}  // namespace vitrine
