#include "shop/orders/package_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

std::vector<OrderLine> lines(std::vector<int64_t> quantities) {
  std::vector<OrderLine> out;
  for (const int64_t quantity : quantities) out.push_back({.quantity = quantity});
  return out;
}

TEST(PackageRules, WithoutAWishEverythingThatIsLeftGoes) {
  const auto left = left_to_ship(lines({2, 1}), {{0, 1}});
  EXPECT_EQ(left, (std::vector<int64_t>{1, 1}));
  const auto taken = pack(left, std::nullopt);
  EXPECT_EQ(*taken, (std::vector<Packed>{{0, 1}, {1, 1}}));
  EXPECT_EQ(state_after(left, *taken), OrderState::shipped);
}

TEST(PackageRules, APartLeavesTheOrderPartlyShipped) {
  const auto left = left_to_ship(lines({2, 1}), {});
  const auto taken = pack(left, std::vector<Packed>{{0, 2}});
  EXPECT_EQ(state_after(left, *taken), OrderState::partly_shipped);
}

TEST(PackageRules, NoUnitGoesOutTwiceAndNoLineIsInvented) {
  const auto left = left_to_ship(lines({2, 1}), {{0, 2}});
  EXPECT_EQ(pack(left, std::vector<Packed>{{0, 1}}).error().reason, "shop.package_units");
  EXPECT_EQ(pack(left, std::vector<Packed>{{2, 1}}).error().reason, "shop.package_line");
  EXPECT_EQ(pack(left, std::vector<Packed>{{-1, 1}}).error().reason, "shop.package_line");
  EXPECT_EQ(pack(left, std::vector<Packed>{{1, 1}, {1, 1}}).error().reason, "shop.package_line");
  EXPECT_EQ(pack({0, 0}, std::nullopt).error().reason, "shop.nothing_to_ship");
}

TEST(PackageRules, WhatIsNotSentIsNotWaitedFor) {
  auto order = lines({1, 1});
  order[1].needs_shipping = false;
  const auto left = left_to_ship(order, {});
  EXPECT_EQ(left, (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(state_after(left, *pack(left, std::nullopt)), OrderState::shipped);
}

}  // namespace
}  // namespace vitrine
