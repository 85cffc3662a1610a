#include "base/decimal.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

const Currency kYen = *Currency::parse("JPY");

TEST(Decimal, AmountsHaveTheirCurrencysDecimals) {
  EXPECT_EQ(decimal_amount({990, {}}), "9.90");
  EXPECT_EQ(decimal_amount({5, {}}), "0.05");
  EXPECT_EQ(decimal_amount({-1'205, {}}), "-12.05");
  EXPECT_EQ(decimal_amount({500, kYen}), "500");
}

TEST(Decimal, WhatPeopleWriteIsRead) {
  EXPECT_EQ(parse_decimal("9.9", {})->amount, 990);
  EXPECT_EQ(parse_decimal("9", {})->amount, 900);
  EXPECT_EQ(parse_decimal("0.05", {})->amount, 5);
  EXPECT_EQ(parse_decimal("500", kYen)->amount, 500);
  EXPECT_EQ(parse_decimal(decimal_amount({INT64_MAX, {}}), {})->amount, INT64_MAX);
}

TEST(Decimal, NothingElseIsAnAmount) {
  for (const char* text : {"", ".", "9.", ".5", "9.999", "-1", "1e3", "9,90", " 9", "99999999999999999999"})
    EXPECT_EQ(parse_decimal(text, {}).error().reason, "money.amount") << text;
  EXPECT_FALSE(parse_decimal("5.0", kYen));
}

}  // namespace
}  // namespace vitrine
