// A provider's bill against ours.
#include "shop/payments/bill_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

BillLine line(int64_t payment, int64_t refund, int64_t amount) {
  return {PaymentId{payment}, RefundId{refund}, {amount, {}}};
}

TEST(BillRules, EqualBillsDifferInNothingWhateverTheirOrder) {
  const std::vector<BillLine> theirs{line(1, 0, 990), line(2, 0, 500), line(1, 7, 990)};
  const std::vector<BillLine> ours{line(1, 7, 990), line(2, 0, 500), line(1, 0, 990)};
  EXPECT_TRUE(compare_bills(theirs, ours).empty());
}

TEST(BillRules, EachKindOfDifferenceIsNamed) {
  const std::vector<BillLine> theirs{line(1, 0, 990), line(2, 0, 500)};
  const std::vector<BillLine> ours{line(2, 0, 501), line(3, 0, 100)};
  const auto found = compare_bills(theirs, ours);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].kind, BillDifferenceKind::only_theirs);
  EXPECT_EQ(found[1].kind, BillDifferenceKind::amount);
  EXPECT_EQ(found[1].ours.amount, 501);
  EXPECT_EQ(found[2].kind, BillDifferenceKind::only_ours);
}

TEST(BillRules, APaymentBilledTwiceIsADifference) {
  const std::vector<BillLine> theirs{line(1, 0, 990), line(1, 0, 990)};
  const auto found = compare_bills(theirs, std::vector{line(1, 0, 990)});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].theirs.amount, 1'980);
}

TEST(BillRules, ADayIsAWholeOneOfUtc) {
  const BillDay day = day_of({3 * kDayMs + 5}, 1);
  EXPECT_EQ(day.from.ms, 2 * kDayMs);
  EXPECT_EQ(day.to.ms, 3 * kDayMs);
}

}  // namespace
}  // namespace vitrine
