#include <gtest/gtest.h>

#include "members/test_shop.h"

namespace vitrine {
namespace {

constexpr const char* kPhone = "138 0000 1234";

class AddressTest : public testing::Test {
 protected:
  AddressTest() : owner_(claimed_owner(shop_)), buyer_(shop_, "192.0.2.20") {
    buyer_.sign_in(kPhone, owner_);
  }

  static std::string body(const std::string& line, const std::string& more = "") {
    return R"({"name":"王小美","phone":"13911112222","region":"上海市 静安区","line":")" + line + "\"" +
           more + "}";
  }
  std::string add(const std::string& line, const std::string& more = "") {
    buyer_.key = "add " + line;
    std::ranges::replace(buyer_.key, ' ', '-');
    const auto added = buyer_.post("/v1/addresses", body(line, more));
    EXPECT_EQ(added.status, 201) << added.body;
    return std::string(boost::json::parse(added.body).at("address").get_string());
  }
  std::string default_line() {
    const auto items = boost::json::parse(buyer_.get("/v1/addresses").body).at("items").as_array();
    int defaults = 0;
    for (const auto& item : items) defaults += item.at("is_default").as_bool() ? 1 : 0;
    EXPECT_EQ(defaults, items.empty() ? 0 : 1) << "exactly one default";
    return items.empty() ? "" : std::string(items[0].at("line").get_string());
  }

  TestShop shop_;
  Browser owner_;
  Browser buyer_;
};

TEST_F(AddressTest, TheFirstIsTheDefaultUntilAnotherIs) {
  const auto first = add("Road 1");
  EXPECT_EQ(default_line(), "Road 1");
  const auto second = add("Road 2");
  EXPECT_EQ(default_line(), "Road 1");
  const auto third = add("Road 3", R"(,"is_default":true)");
  EXPECT_EQ(default_line(), "Road 3");
  EXPECT_EQ(buyer_.put("/v1/addresses/" + first, body("Road 1b", R"(,"is_default":true)")).status, 200);
  EXPECT_EQ(default_line(), "Road 1b");
  EXPECT_EQ(buyer_.put("/v1/addresses/" + first, body("Road 1c", R"(,"is_default":false)")).status, 200);
  EXPECT_EQ(default_line(), "Road 1c") << "there is always one";
  EXPECT_EQ(buyer_.del("/v1/addresses/" + first).status, 204);
  EXPECT_EQ(default_line(), "Road 3");
  EXPECT_EQ(buyer_.del("/v1/addresses/" + first).status, 404);
}

TEST_F(AddressTest, IsAnsweredToItsOwnerAndCopiedForAnOrder) {
  const auto id = AddressId::parse(add("Road 1"));
  const auto me = AccountId::parse(std::string(buyer_.me().at("viewer").at("id").get_string()));
  const auto copy = wait_on(shop_.cores.at(1), shop_.members->address(*me, *id));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->name, "王小美");
  EXPECT_EQ(copy->phone, "+8613911112222");
  EXPECT_EQ(copy->line, "Road 1");
  const auto foreign = wait_on(shop_.cores.at(1), shop_.members->address(AccountId{7}, *id));
  EXPECT_EQ(foreign.error().reason, "members.address");
  Browser other(shop_, "192.0.2.30");
  other.sign_in("13700001234", owner_);
  EXPECT_EQ(other.put("/v1/addresses/" + id->str(), body("Mine now")).status, 404);
  EXPECT_EQ(other.del("/v1/addresses/" + id->str()).status, 404);
  EXPECT_EQ(Browser(shop_).get("/v1/addresses").status, 401);
}

TEST_F(AddressTest, ATapRepeatedAddsOne) {
  buyer_.key = "tap";
  const auto first = buyer_.post("/v1/addresses", body("Road 1"));
  const auto second = buyer_.post("/v1/addresses", body("Road 1"));
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
  const auto other = buyer_.post("/v1/addresses", body("Road 2"));
  EXPECT_EQ(slug_of(other), "request.idempotency_key_reused");
  EXPECT_EQ(other.status, 422);
}

TEST_F(AddressTest, TwentyAreEnough) {
  for (int index = 0; index < 20; ++index) add("Road " + std::to_string(index));
  buyer_.key = "one-more";
  const auto full = buyer_.post("/v1/addresses", body("Road 21"));
  EXPECT_EQ(full.status, 409);
  EXPECT_EQ(slug_of(full), "members.addresses_full");
}

TEST_F(AddressTest, SaysWhichFieldIsWrong) {
  buyer_.key = "k";
  const auto answer = buyer_.post("/v1/addresses", R"({"name":"W","phone":"12345","region":"R","line":"L"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(boost::json::parse(answer.body).at("field"), "/phone");
}

}  // namespace
}  // namespace vitrine
