#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace vitrine {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return Error{ErrorKind::invalid_input, "test.odd"};
  return value / 2;
}

TEST(Result, ChainsUntilTheFirstError) {
  EXPECT_EQ(*half(8).and_then(half).and_then(half), 1);
  EXPECT_EQ(half(6).and_then(half).error().reason, "test.odd");
  EXPECT_EQ(*half(8).map([](int value) { return value + 1; }), 5);
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(3));
  const auto taken = std::move(result).value();
  EXPECT_EQ(*taken, 3);
}

TEST(ResultDeathTest, TheValueOfAnErrorIsABug) {
  EXPECT_DEATH(std::ignore = half(1).value(), "value\\(\\) of an error");
}

}  // namespace
}  // namespace vitrine
