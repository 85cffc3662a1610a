// Entries that balance, and a chain that shows every change.
#include "shop/ledger/ledger_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

Money yuan(int64_t minor) {
  return {minor, {}};
}

TEST(LedgerRules, ASaleBalancesWithDiscountAndShipping) {
  rc::check([] {
    const int64_t items = *rc::gen::inRange<int64_t>(1, 1'000'000);
    const int64_t discount = *rc::gen::inRange<int64_t>(0, items);
    const int64_t shipping = *rc::gen::inRange<int64_t>(0, 5'000);
    const OrderMoney money{yuan(items), yuan(discount), yuan(shipping), yuan(items - discount + shipping)};
    RC_ASSERT(is_balanced(sale_lines(money)));
  });
}

TEST(LedgerRules, MoneyOfTwoCurrenciesBalancesOnlyInEach) {
  EXPECT_FALSE(is_balanced({{LedgerAccount::revenue, {100, {{'U', 'S', 'D'}}}},
                            {LedgerAccount::provider_clearing, {-100, {{'C', 'N', 'Y'}}}}}));
}

TEST(LedgerRules, EveryFieldIsInTheHash) {
  const LedgerEntry entry{
      .n = 1, .at = {5}, .cause = "paid", .order = {7}, .payment = {8}, .lines = deposit_lines(yuan(990))};
  const std::string hash = chain_hash(kLedgerGenesis, entry);
  EXPECT_NE(chain_hash("another former", entry), hash);
  const auto changed = [&](auto change) {
    LedgerEntry other = entry;
    change(other);
    return chain_hash(kLedgerGenesis, other) != hash;
  };
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.n = 2; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.at.ms = 6; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.cause = "late_payment"; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.order.value = 9; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.payment.value = 9; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.refund.value = 9; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.lines.front().amount.amount += 1; }));
  EXPECT_TRUE(changed([](LedgerEntry& e) { e.lines.front().account = LedgerAccount::revenue; }));
}

}  // namespace
}  // namespace vitrine
