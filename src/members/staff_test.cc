#include <gmock/gmock.h>

#include "members/test_shop.h"

namespace vitrine {
namespace {

using testing::HasSubstr;
using testing::Not;

// Adds staff as the owner and answers the one-time password.
std::string add_staff(Browser& owner, const std::string& name, const std::string& role) {
  owner.key = "add-" + name;
  const auto added = owner.post("/v1/staff/users", R"({"name":")" + name + R"(","role":")" + role + R"("})");
  EXPECT_EQ(added.status, 201) << added.body;
  return std::string(boost::json::parse(added.body).at("one_time_password").get_string());
}

TEST(Claim, TheFirstLinkMakesTheOwnerOnce) {
  TestShop shop;
  const std::string token = shop.claim_token();
  Browser first(shop);
  const std::string body = R"({"token":")" + token + R"(","name":"Owner","password":"correct horse"})";
  const auto claimed = first.post("/v1/owner-claim", body);
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  EXPECT_EQ(first.learn(claimed).at("staff").at("role"), "owner");
  EXPECT_EQ(first.me().at("staff").at("name"), "Owner");

  Browser second(shop);
  const auto again = second.post("/v1/owner-claim", body);
  EXPECT_EQ(again.status, 410);
  EXPECT_EQ(slug_of(again), "members.claim_used");
  const auto guess =
      second.post("/v1/owner-claim", R"({"token":"x","name":"Eve","password":"correct horse"})");
  EXPECT_EQ(guess.status, 404);
}

// A new link at each start until one is used, then none; earlier links end with the first use.
TEST(Claim, AnUnusedLinkOutlivesARestart) {
  TestShop shop;
  const std::string old = shop.claim_token();
  shop.reopen();
  const std::string fresh = shop.claim_token();
  Browser browser(shop);
  const auto body = [](const std::string& token) {
    return R"({"token":")" + token + R"(","name":"Owner","password":"correct horse"})";
  };
  EXPECT_EQ(browser.post("/v1/owner-claim", body(old)).status, 200);
  EXPECT_EQ(Browser(shop).post("/v1/owner-claim", body(fresh)).status, 410);
}

// A link stays in old logs: it must not make a second owner beside one the command line made.
TEST(Claim, TheLinkEndsWhenAnOwnerIsMadeOtherwise) {
  TestShop shop;
  const std::string token = shop.claim_token();
  ASSERT_TRUE(wait_on(shop.cores.at(0), shop.members->create_staff("Owner", Role::owner, "given words")));
  const auto claimed = Browser(shop).post(
      "/v1/owner-claim", R"({"token":")" + token + R"(","name":"Eve","password":"correct horse"})");
  EXPECT_EQ(claimed.status, 410);
  EXPECT_EQ(slug_of(claimed), "members.claim_used");
}

TEST(StaffSignIn, WrongNameAndWrongPasswordLookAlike) {
  TestShop shop;
  claimed_owner(shop);
  Browser browser(shop);
  const auto wrong_password = browser.sign_in_staff("Owner", "wrong horse");
  const auto wrong_name = browser.sign_in_staff("Nobody", "correct horse");
  EXPECT_EQ(wrong_password.status, 401);
  EXPECT_EQ(wrong_password.body, wrong_name.body);
  EXPECT_EQ(browser.sign_in_staff("owner", "correct horse").status, 200) << "names ignore case";
}

TEST(StaffSignIn, TheSixthTryInAMinuteWaits) {
  TestShop shop;
  claimed_owner(shop);
  for (int attempt = 0; attempt < 5; ++attempt) {
    Browser elsewhere(shop, "198.51.100." + std::to_string(attempt));
    EXPECT_EQ(elsewhere.sign_in_staff("Owner", "guess number").status, 401);
  }
  Browser right(shop);
  const auto refused = right.sign_in_staff("Owner", "correct horse");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(slug_of(refused), "members.too_many_attempts");
  EXPECT_EQ(refused.headers.get("Retry-After"), "12");
  shop.clock.advance(std::chrono::seconds(12));
  EXPECT_EQ(right.sign_in_staff("Owner", "correct horse").status, 200);
}

TEST(StaffSignIn, OneAddressMayNotSprayNames) {
  TestShop shop({{"members.sign_ins_per_address", "3"}});
  Browser browser(shop);
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_EQ(browser.sign_in_staff("name" + std::to_string(attempt), "a password").status, 401);
  }
  EXPECT_EQ(browser.sign_in_staff("another", "a password").status, 429);
}

// The right password does not use the limit up.
TEST(StaffSignIn, RightOnesAreNotCounted) {
  TestShop shop;
  claimed_owner(shop);
  for (int round = 0; round < 7; ++round) {
    EXPECT_EQ(Browser(shop).sign_in_staff("Owner", "correct horse").status, 200) << round;
  }
}

TEST(StaffSignIn, EachSignInIsANewSessionAndEndsTheOld) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  const std::string before = owner.cookies["vitrine_staff"];
  Browser thief(shop);
  thief.cookies["vitrine_staff"] = before;
  EXPECT_FALSE(thief.me().at("staff").is_null());
  EXPECT_EQ(owner.sign_in_staff("Owner", "correct horse").status, 200);
  EXPECT_NE(owner.cookies["vitrine_staff"], before);
  EXPECT_TRUE(thief.me().at("staff").is_null());
}

TEST(StaffUser, AOneTimePasswordSignsInOnceThenOnlySetsAnother) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  const std::string once = add_staff(owner, "Mei", "host");
  Browser mei(shop, "192.0.2.7");
  EXPECT_EQ(mei.sign_in_staff("Mei", once).status, 200);
  Browser other(shop, "192.0.2.8");
  const auto again = other.sign_in_staff("Mei", once);
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(slug_of(again), "members.one_time_used");
  EXPECT_EQ(mei.put("/v1/staff/password", R"({"current":")" + once + R"(","new":"my own words"})").status,
            204);
  EXPECT_EQ(other.sign_in_staff("Mei", once).status, 401);
  EXPECT_EQ(other.sign_in_staff("Mei", "my own words").status, 200);
}

TEST(StaffUser, AReplayedKeyAnswersTheSamePassword) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  owner.key = "once";
  const std::string body = R"({"name":"Mei","role":"host"})";
  const auto first = owner.post("/v1/staff/users", body);
  const auto second = owner.post("/v1/staff/users", body);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(owner.post("/v1/staff/users", R"({"name":"Li","role":"host"})").status, 422) << "other body";
  owner.key = "twice";
  const auto taken = owner.post("/v1/staff/users", R"({"name":"MEI","role":"host"})");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(slug_of(taken), "members.name_taken");
}

TEST(StaffUser, OnlyTheOwnerManagesStaff) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  for (const char* role : {"operator", "host", "moderator", "support"}) {
    Browser staff(shop, "192.0.2.50");
    ASSERT_EQ(staff.sign_in_staff(role, add_staff(owner, role, role)).status, 200);
    EXPECT_EQ(staff.get("/v1/staff/users").status, 403) << role;
    staff.key = "k";
    const auto added = staff.post("/v1/staff/users", R"({"name":"X","role":"owner"})");
    EXPECT_EQ(slug_of(added), "members.no_right") << role;
    EXPECT_EQ(staff.get("/v1/staff/sms").status, std::string(role) == "support" ? 200 : 403) << role;
  }
  EXPECT_EQ(Browser(shop).get("/v1/staff/users").status, 401);
}

TEST(StaffUser, ADisabledOneIsOutAtOnceOnEveryCore) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser here(shop, "192.0.2.7", 0);
  ASSERT_EQ(here.sign_in_staff("Mei", add_staff(owner, "Mei", "operator")).status, 200);
  Browser there(shop, "192.0.2.7", 1);
  there.cookies = here.cookies;
  const auto user = std::string(here.me().at("staff").at("id").get_string());
  EXPECT_FALSE(there.me().at("staff").is_null());
  EXPECT_EQ(owner.patch("/v1/staff/users/" + user, R"({"role":"support"})").status, 200);
  EXPECT_EQ(there.me().at("staff").at("role"), "support");
  EXPECT_EQ(owner.patch("/v1/staff/users/" + user, R"({"disabled":true})").status, 200);
  EXPECT_TRUE(here.me().at("staff").is_null());
  EXPECT_TRUE(there.me().at("staff").is_null());
}

TEST(StaffUser, TheLastOwnerStays) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  const auto id = std::string(owner.me().at("staff").at("id").get_string());
  for (const char* change : {R"({"disabled":true})", R"({"role":"host"})"}) {
    const auto refused = owner.patch("/v1/staff/users/" + id, change);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(slug_of(refused), "members.last_owner");
  }
  EXPECT_EQ(owner.me().at("staff").at("role"), "owner");
}

TEST(StaffSession, IsListedAndEnded) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser phone(shop, "192.0.2.9");
  ASSERT_EQ(phone.sign_in_staff("Owner", "correct horse").status, 200);
  const auto list = boost::json::parse(owner.get("/v1/staff/sessions").body).at("items").as_array();
  ASSERT_EQ(list.size(), 2u);
  for (const auto& session : list) {
    if (session.at("current").as_bool()) continue;
    EXPECT_EQ(session.at("ip"), "192.0.2.9");
    const std::string id(session.at("session").get_string());
    EXPECT_EQ(owner.del("/v1/staff/sessions/" + id).status, 204);
    EXPECT_EQ(owner.del("/v1/staff/sessions/" + id).status, 404);
  }
  EXPECT_TRUE(phone.me().at("staff").is_null());
  EXPECT_FALSE(owner.me().at("staff").is_null());
  EXPECT_EQ(owner.del("/v1/staff/sessions/current").status, 204);
  EXPECT_TRUE(owner.me().at("staff").is_null());
}

TEST(StaffSession, SomebodyElsesIsNotFound) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  const auto list = boost::json::parse(owner.get("/v1/staff/sessions").body).at("items").as_array();
  Browser host(shop, "192.0.2.7");
  ASSERT_EQ(host.sign_in_staff("Mei", add_staff(owner, "Mei", "host")).status, 200);
  EXPECT_EQ(host.del("/v1/staff/sessions/" + std::string(list[0].at("session").get_string())).status, 404);
  EXPECT_FALSE(owner.me().at("staff").is_null());
}

TEST(StaffSession, EndsWhenUnusedAndWhenOld) {
  TestShop shop({{"members.staff_idle_minutes", "60"}, {"members.staff_session_hours", "3"}});
  Browser owner = claimed_owner(shop);
  for (int step = 0; step < 5; ++step) {
    shop.clock.advance(std::chrono::minutes(30));
    EXPECT_FALSE(owner.me().at("staff").is_null()) << step;
  }
  shop.clock.advance(std::chrono::minutes(31));
  EXPECT_TRUE(owner.me().at("staff").is_null()) << "over three hours old";

  ASSERT_EQ(owner.sign_in_staff("Owner", "correct horse").status, 200);
  shop.clock.advance(std::chrono::minutes(61));
  EXPECT_TRUE(owner.me().at("staff").is_null()) << "unused for over an hour";
}

TEST(StaffSession, UseOnOneCoreCountsOnTheOther) {
  TestShop shop({{"members.staff_idle_minutes", "60"}});
  Browser here = claimed_owner(shop);
  Browser there(shop, "192.0.2.7", 1);
  there.cookies = here.cookies;
  EXPECT_FALSE(there.me().at("staff").is_null());
  shop.clock.advance(std::chrono::minutes(50));
  EXPECT_FALSE(here.me().at("staff").is_null());
  shop.clock.advance(std::chrono::minutes(50));
  // Written behind the answer; the writer takes turns, so one more write comes after it.
  EXPECT_EQ(Browser(shop).sign_in_staff("Owner", "correct horse").status, 200);
  EXPECT_FALSE(there.me().at("staff").is_null());
}

TEST(StaffSession, SurvivesARestart) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  shop.reopen();
  EXPECT_EQ(owner.me().at("staff").at("role"), "owner");
}

TEST(Password, ChangingItEndsTheOtherSessions) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser other(shop, "192.0.2.9");
  ASSERT_EQ(other.sign_in_staff("Owner", "correct horse").status, 200);
  EXPECT_EQ(owner.put("/v1/staff/password", R"({"current":"wrong one","new":"battery staple"})").status, 401);
  EXPECT_EQ(owner.put("/v1/staff/password", R"({"current":"correct horse","new":"short"})").status, 400);
  EXPECT_EQ(owner.put("/v1/staff/password", R"({"current":"correct horse","new":"battery staple"})").status,
            204);
  EXPECT_TRUE(other.me().at("staff").is_null());
  EXPECT_FALSE(owner.me().at("staff").is_null());
  EXPECT_EQ(Browser(shop).sign_in_staff("Owner", "battery staple").status, 200);
}

TEST(StaffCookie, IsOutOfReachOfScriptsAndOtherSites) {
  TestShop shop;
  Browser plain = claimed_owner(shop);
  Browser browser(shop);
  const auto answer = browser.sign_in_staff("Owner", "correct horse");
  EXPECT_THAT(std::string(answer.headers.get("Set-Cookie")), HasSubstr("vitrine_"));
  for (const auto& [name, value] : answer.headers.all()) {
    if (name != "Set-Cookie") continue;
    EXPECT_THAT(value, HasSubstr("; HttpOnly; SameSite=Lax"));
    EXPECT_THAT(value, Not(HasSubstr("Secure")));
  }
  Browser safe(shop);
  safe.secure = true;
  ASSERT_EQ(safe.sign_in_staff("Owner", "correct horse").status, 200);
  ASSERT_TRUE(safe.cookies.contains("__Host-vitrine_staff"));
  // Over TLS the name without __Host- may have been planted by another host of the domain.
  safe.cookies["vitrine_staff"] = safe.cookies["__Host-vitrine_staff"];
  safe.cookies.erase("__Host-vitrine_staff");
  EXPECT_TRUE(safe.me().at("staff").is_null());
}

TEST(CommandLine, MakesStaffWithAPasswordOfEitherKind) {
  TestShop shop;
  const auto given = wait_on(shop.cores.at(1), shop.members->create_staff("demo", Role::host, "given words"));
  ASSERT_TRUE(given);
  EXPECT_EQ(given->password, "given words");
  EXPECT_EQ(Browser(shop).sign_in_staff("demo", "given words").status, 200);
  EXPECT_EQ(Browser(shop).sign_in_staff("demo", "given words").status, 200);
  const auto made = wait_on(shop.cores.at(1), shop.members->create_staff("ops", Role::owner, ""));
  ASSERT_TRUE(made);
  EXPECT_EQ(Browser(shop).sign_in_staff("ops", made->password).status, 200);
  const auto twice = wait_on(shop.cores.at(1), shop.members->create_staff("demo", Role::host, ""));
  EXPECT_EQ(twice.error().reason, "members.name_taken");
}

}  // namespace
}  // namespace vitrine
