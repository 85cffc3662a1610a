// Tiers that staff give to buyers, and the sign-ins whose end others hear of.
#include <gtest/gtest.h>

#include "contract/events.h"
#include "contract/proofs.h"
#include "members/test_shop.h"

namespace vitrine {
namespace {

constexpr const char* kPhone = "138 0000 1234";

class TierTest : public testing::Test {
 protected:
  TierTest() : owner(claimed_owner(shop)), buyer(shop) {
    buyer.me();
    buyer.sign_in(kPhone, owner);
    id = std::string(buyer.me().at("viewer").at("id").get_string());
  }
  boost::json::value list(const std::string& query = "") {
    return boost::json::parse(owner.get("/v1/buyers" + query).body).at("items");
  }
  int64_t tier() { return *wait_on(shop.cores.at(0), shop.members->tier(*AccountId::parse(id))); }

  TestShop shop;
  Browser owner;
  Browser buyer;
  std::string id;
};

TEST_F(TierTest, IsNoneUntilStaffGiveOne) {
  EXPECT_EQ(tier(), 0);
  EXPECT_EQ(owner.put("/v1/buyers/" + id + "/tier", R"({"tier":3})").status, 204);
  EXPECT_EQ(tier(), 3);
  EXPECT_EQ(list().at(0).at("tier"), 3);
  EXPECT_EQ(list().at(0).at("phone_masked"), "138****1234");
  EXPECT_EQ(owner.put("/v1/buyers/" + id + "/tier", R"({"tier":10})").status, 400);
  EXPECT_EQ(slug_of(owner.put("/v1/buyers/usr_0000000000001/tier", R"({"tier":1})")), "members.buyer");
}

TEST_F(TierTest, BuyersAreFoundByWholePhonePartOfNameAndTier) {
  EXPECT_EQ(list().as_array().size(), 1u);
  EXPECT_EQ(list("?q=13800001234").as_array().size(), 1u);
  EXPECT_EQ(list("?q=13800009999").as_array().size(), 0u);
  EXPECT_EQ(list("?tier=1").as_array().size(), 0u);
}

TEST_F(TierTest, ABuyerNeitherSeesNorGivesTiers) {
  EXPECT_EQ(buyer.get("/v1/buyers").status, 401);
  EXPECT_EQ(buyer.put("/v1/buyers/" + id + "/tier", R"({"tier":3})").status, 401);
}

}  // namespace
}  // namespace vitrine
