#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/digest.h"
#include "base/hex.h"
#include "members/test_shop.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPhone = "138 0000 1234";

TEST(Guest, IsMadeBySimplyAsking) {
  TestShop shop;
  Browser guest(shop);
  guest.extra["Accept-Language"] = "zh-CN";
  const auto me = guest.me();
  EXPECT_EQ(me.at("viewer").at("kind"), "guest");
  EXPECT_THAT(std::string(me.at("viewer").at("id").get_string()), testing::StartsWith("gst_"));
  EXPECT_THAT(std::string(me.at("viewer").at("name").get_string()), testing::StartsWith("访客"));
  EXPECT_EQ(guest.me().at("viewer"), me.at("viewer")) << "and stays the same";
  shop.reopen();
  EXPECT_EQ(guest.me().at("viewer"), me.at("viewer")) << "also over a restart";
}

TEST(Guest, ChoosesAName) {
  TestShop shop;
  Browser guest(shop);
  const auto before = guest.me().at("viewer").at("id");
  const auto renamed = guest.learn(guest.patch("/v1/me", R"({"name":" 小美 "})"));
  EXPECT_EQ(renamed.at("viewer").at("name"), "小美");
  EXPECT_EQ(renamed.at("viewer").at("id"), before);
  EXPECT_EQ(guest.me().at("viewer").at("name"), "小美");
  EXPECT_EQ(slug_of(guest.patch("/v1/me", R"({"name":"a\u200bb"})")), "members.name_characters");
  EXPECT_EQ(guest.patch("/v1/me", R"({"name":"1234567890123456789012345"})").status, 400);
}

TEST(Guest, AForgedCookieIsNobody) {
  TestShop shop;
  Browser guest(shop);
  guest.me();
  const std::string cookie = guest.cookies["vitrine_guest"];
  const auto id = guest.me().at("viewer").at("id");
  for (size_t index = 0; index < cookie.size(); ++index) {
    Browser forger(shop);
    forger.cookies["vitrine_guest"] = cookie;
    char& letter = forger.cookies["vitrine_guest"][index];
    letter = letter == 'A' ? 'B' : 'A';
    const bool last_letter = index + 1 == cookie.size();  // carries bits that belong to no byte
    if (!last_letter) EXPECT_NE(forger.me().at("viewer").at("id"), id) << index;
  }
}

TEST(Buyer, SignsInByCodeAndTakesTheGuestsName) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.me();
  viewer.patch("/v1/me", R"({"name":"小美"})");
  const auto answer = viewer.sign_in(kPhone, owner);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto me = viewer.me();
  EXPECT_EQ(me.at("viewer").at("kind"), "buyer");
  EXPECT_EQ(me.at("viewer").at("name"), "小美");
  EXPECT_EQ(me.at("viewer").at("phone_masked"), "138****1234");
  EXPECT_EQ(boost::json::parse(answer.body).at("viewer"), me.at("viewer"));

  Browser phone(shop, "192.0.2.21", 1);
  shop.clock.advance(std::chrono::minutes(2));
  phone.sign_in("+86 13800001234", owner);
  EXPECT_EQ(phone.me().at("viewer").at("id"), me.at("viewer").at("id")) << "one phone, one account";
  EXPECT_EQ(phone.learn(phone.patch("/v1/me", R"({"name":"美"})")).at("viewer").at("name"), "美");
  EXPECT_EQ(viewer.me().at("viewer").at("name"), "美") << "on every core";
}

TEST(Buyer, SignedOutIsAGuestAgain) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  const auto guest = viewer.me().at("viewer").at("id");
  viewer.sign_in(kPhone, owner);
  const auto stolen = viewer.cookies;
  EXPECT_EQ(viewer.del("/v1/buyers/sessions/current").status, 204);
  EXPECT_EQ(viewer.me().at("viewer").at("id"), guest);
  for (const int core : {0, 1}) {
    Browser thief(shop, "192.0.2.66", core);
    thief.cookies = stolen;
    EXPECT_EQ(thief.me().at("viewer").at("kind"), "guest") << "the session is over, not only the cookie";
  }
}

TEST(Buyer, SessionsEndAfterTheirDays) {
  TestShop shop({{"members.buyer_session_days", "30"}});
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.sign_in(kPhone, owner);
  shop.clock.advance(std::chrono::hours(24 * 30 - 1));
  EXPECT_EQ(viewer.me().at("viewer").at("kind"), "buyer");
  shop.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(viewer.me().at("viewer").at("kind"), "guest");
}

TEST(Buyer, ACookieOfAnotherKindOrWithAnotherEndIsNone) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.sign_in(kPhone, owner);
  const std::string cookie = viewer.cookies["vitrine_buyer"];
  for (size_t index = 0; index + 1 < cookie.size(); ++index) {
    Browser forger(shop);
    forger.cookies["vitrine_buyer"] = cookie;
    char& letter = forger.cookies["vitrine_buyer"][index];
    letter = letter == '9' ? '8' : '9';
    EXPECT_EQ(forger.me().at("viewer").at("kind"), "guest") << index;
  }
  Browser mixer(shop);
  mixer.cookies["vitrine_buyer"] = viewer.cookies["vitrine_guest"];
  mixer.cookies["vitrine_staff"] = cookie;
  EXPECT_EQ(mixer.me().at("viewer").at("kind"), "guest");
  EXPECT_TRUE(mixer.me().at("staff").is_null());
}

TEST(Consent, IsAskedAndKept) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  const auto refused = viewer.post("/v1/buyers/codes", R"({"phone":"13800001234","consent":false})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(slug_of(refused), "members.consent_required");
  viewer.post("/v1/buyers/codes", R"({"phone":"13800001234","consent":true})");
  const auto still = viewer.post("/v1/buyers/sessions", R"({"phone":"13800001234","code":")" +
                                                            owner.newest_code() + R"(","consent":false})");
  EXPECT_EQ(slug_of(still), "members.consent_required");
}

TEST(Code, IsSentOnceAMinuteAndAgesOut) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  const std::string ask = R"({"phone":"13800001234","consent":true})";
  const auto sent = viewer.post("/v1/buyers/codes", ask);
  EXPECT_EQ(sent.status, 202);
  EXPECT_EQ(boost::json::parse(sent.body).at("expires_in_s"), 300);
  EXPECT_EQ(boost::json::parse(sent.body).at("resend_after_s"), 60);
  EXPECT_EQ(boost::json::parse(sent.body).at("sandbox"), true);
  shop.clock.advance(std::chrono::seconds(59));
  const auto soon = viewer.post("/v1/buyers/codes", ask);
  EXPECT_EQ(soon.status, 429);
  EXPECT_EQ(slug_of(soon), "members.code_too_soon");
  EXPECT_EQ(soon.headers.get("Retry-After"), "1");
  shop.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(viewer.post("/v1/buyers/codes", ask).status, 202);
  shop.clock.advance(std::chrono::minutes(5));
  const auto late = viewer.enter_code("13800001234", owner.newest_code());
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(slug_of(late), "members.code_over");
}

TEST(Code, SignsInOnlyOnce) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.sign_in(kPhone, owner);
  EXPECT_EQ(slug_of(Browser(shop).enter_code(kPhone, owner.newest_code())), "members.code_over");
}

TEST(Code, FallsToNobodyWhoGuesses) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  ASSERT_EQ(viewer.post("/v1/buyers/codes", R"({"phone":"13800001234","consent":true})").status, 202);
  const std::string code = owner.newest_code();
  const std::string wrong = code == "000000" ? "000001" : "000000";
  for (int left = 4; left >= 1; --left) {
    const auto answer = viewer.enter_code(kPhone, wrong);
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(slug_of(answer), "members.wrong_code");
    EXPECT_EQ(boost::json::parse(answer.body).at("tries_left"), left);
  }
  EXPECT_EQ(slug_of(viewer.enter_code(kPhone, wrong)), "members.code_over");
  EXPECT_EQ(slug_of(viewer.enter_code(kPhone, code)), "members.code_over") << "also the right one";
  shop.reopen();
  EXPECT_EQ(slug_of(viewer.enter_code(kPhone, code)), "members.code_over") << "also after a restart";
}

TEST(Code, IsLimitedByPhoneAndByAddress) {
  TestShop shop({{"members.codes_per_phone", "2"}, {"members.codes_per_address", "4"}});
  const std::string ask = R"({"phone":"13800001234","consent":true})";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Browser(shop, "198.51.100.1").post("/v1/buyers/codes", ask).status, 202);
    shop.clock.advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(slug_of(Browser(shop, "198.51.100.2").post("/v1/buyers/codes", ask)), "members.too_many_codes");
  Browser sprayer(shop, "203.0.113.1");
  for (int phone = 0; phone < 4; ++phone) {
    const std::string body = R"({"phone":"1390000000)" + std::to_string(phone) + R"(","consent":true})";
    EXPECT_EQ(sprayer.post("/v1/buyers/codes", body).status, 202);
  }
  EXPECT_EQ(slug_of(sprayer.post("/v1/buyers/codes", R"({"phone":"13900000009","consent":true})")),
            "members.too_many_codes");
}

TEST(Code, WithoutSmsNoneIsSent) {
  TestShop shop({{"members.sandbox_sms", "false"}});
  const auto answer = Browser(shop).post("/v1/buyers/codes", R"({"phone":"13800001234","consent":true})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(slug_of(answer), "members.no_sms");
}

// Sent to whoever has the right, masked; not to others.
TEST(Sandbox, ShowsCodesToStaffOnly) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.post("/v1/buyers/codes", R"({"phone":"13800001234","consent":true})");
  const std::string body = owner.get("/v1/staff/sms").body;
  EXPECT_THAT(body, HasSubstr("138****1234"));
  EXPECT_THAT(body, Not(HasSubstr("13800001234")));
  EXPECT_EQ(viewer.get("/v1/staff/sms").status, 401);
}

TEST(Privacy, NoPhoneNameOrAddressIsReadableOnDisk) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser viewer(shop, "192.0.2.20");
  viewer.sign_in("13812345678", owner);
  viewer.key = "a";
  ASSERT_EQ(viewer
                .post("/v1/addresses", R"({"name":"ConsigneeWang","phone":"13987654321",)"
                                       R"("region":"ProvinceRegion","line":"StreetLine 42"})")
                .status,
            201);
  shop.members->stop();
  size_t files = 0;
  const std::string disk = testing_on_postgres() ? shared_postgres().folder() : shop.folder.path() + "/db";
  for (const auto& folder : {disk, shop.folder.path() + "/secrets"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      for (const char* secret :
           {"13812345678", "13987654321", "ConsigneeWang", "ProvinceRegion", "StreetLine"}) {
        EXPECT_EQ(bytes.find(secret), std::string::npos) << secret << " in " << entry.path();
      }
    }
  }
  EXPECT_GE(files, 3u) << "two keys and a database at least";
}

// The event by which cart and chat follow; it names ids, nothing else.
TEST(Merge, TellsOthersWhichGuestBecameWhichBuyer) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  std::promise<std::vector<EventRow>> told;
  auto target = open_database({.name = "listener",
                               .directory = shop.folder.path() + "/db",
                               .url = test_database_url(shop.folder.path()),
                               .migrations = {}});
  ASSERT_TRUE(target);
  shop.bus->source(**target);
  Subscription subscription;
  subscription.consumer = "test.merge";
  subscription.source = "members";
  subscription.kinds = {"GuestSignedIn"};
  subscription.target = target->get();
  subscription.core = &shop.cores.at(0);
  subscription.apply = [](Transaction&, const EventRow&) { return Result<void>(); };
  subscription.applied = [&told](const std::vector<EventRow>& rows) { told.set_value(rows); };
  shop.bus->subscribe(std::move(subscription));
  shop.bus->start();
  Browser viewer(shop, "192.0.2.20");
  const auto guest = viewer.me().at("viewer").at("id");
  viewer.sign_in(kPhone, owner);
  const auto rows = told.get_future().get();
  ASSERT_EQ(rows.size(), 1u);
  const auto event = boost::json::parse(rows[0].payload);
  EXPECT_EQ(event.at("guest"), guest);
  EXPECT_EQ(event.at("account"), viewer.me().at("viewer").at("id"));
  EXPECT_EQ(event.as_object().size(), 2u);
  shop.bus->stop();
  (*target)->close();
}

// ---- the merchant's token

TEST(Token, SignsInWithoutAPhone) {
  TestFolder keys;
  const std::string secret = "a secret of thirty-two bytes, ok";
  std::ofstream(keys.path() + "/mall.key") << secret << "\n";
  TestShop shop({{"members.jwt_keys", "mall=HS256:" + keys.path() + "/mall.key"}});
  const auto token = [&](const std::string& subject) {
    const std::string text =
        to_base64url(R"({"alg":"HS256","kid":"mall"})") + "." +
        to_base64url(R"({"aud":"vitrine","sub":")" + subject + R"(","name":"Lin","exp":)" +
                     std::to_string(shop.clock.wall().ms / 1000 + 60) + "}");
    return text + "." + to_base64url(hmac_sha256(secret, text));
  };
  const auto sign_in = [&](Browser& browser, const std::string& jwt) {
    return browser.post("/v1/buyers/sessions", R"({"token":")" + jwt + R"(","consent":true})");
  };
  Browser first(shop);
  first.me();
  const auto answer = sign_in(first, token("7"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(first.learn(answer).at("viewer").at("name"), "Lin");
  EXPECT_TRUE(first.me().at("viewer").at("phone_masked").is_null());
  Browser again(shop);
  again.learn(sign_in(again, token("7")));
  EXPECT_EQ(again.me().at("viewer").at("id"), first.me().at("viewer").at("id"));
  Browser other(shop);
  other.learn(sign_in(other, token("8")));
  EXPECT_NE(other.me().at("viewer").at("id"), first.me().at("viewer").at("id"));
  Browser forger(shop);
  EXPECT_EQ(slug_of(sign_in(forger, token("9").substr(0, 60))), "members.token");
}

TEST(Token, WithoutKeysThereIsNoSuchSignIn) {
  TestShop shop;
  const auto answer = Browser(shop).post("/v1/buyers/sessions", R"({"token":"a.b.c","consent":true})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(slug_of(answer), "members.no_token_sign_in");
  const auto neither = Browser(shop).post("/v1/buyers/sessions", R"({"phone":"13800001234","consent":true})");
  EXPECT_EQ(slug_of(neither), "members.sign_in_proof");
}

}  // namespace
}  // namespace vitrine
