#include "members/test_shop.h"

namespace vitrine {
namespace {

TEST(Csrf, AStaffSessionNeedsItsToken) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  const std::string right = owner.csrf;
  for (const std::string& token : {std::string(), std::string("x"), right.substr(1), right + "A"}) {
    owner.csrf = token;
    const auto refused = owner.del("/v1/staff/sessions/current");
    EXPECT_EQ(refused.status, 403) << token;
    EXPECT_EQ(slug_of(refused), "request.csrf");
  }
  owner.csrf = right;
  EXPECT_EQ(owner.del("/v1/staff/sessions/current").status, 204);
}

TEST(Csrf, AnotherSessionsTokenDoesNotFit) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser second(shop);
  ASSERT_EQ(second.sign_in_staff("Owner", "correct horse").status, 200);
  second.csrf = owner.csrf;
  EXPECT_EQ(slug_of(second.del("/v1/staff/sessions/current")), "request.csrf");
}

TEST(Csrf, AGuestsTokenDoesNotFitASession) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser buyer(shop, "192.0.2.20");
  buyer.me();
  const std::string guest_token = buyer.csrf;
  buyer.sign_in("13800001234", owner);
  EXPECT_NE(buyer.csrf, guest_token);
  buyer.csrf = guest_token;
  EXPECT_EQ(slug_of(buyer.del("/v1/buyers/sessions/current")), "request.csrf");
}

// Two tabs: the viewer page learnt its token before staff signed in beside it.
TEST(Csrf, BothSessionsOfABrowserHaveATokenThatFits) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser both(shop, "192.0.2.20");
  both.sign_in("13800001234", owner);
  const std::string as_buyer = both.csrf;
  ASSERT_EQ(both.sign_in_staff("Owner", "correct horse").status, 200);
  EXPECT_NE(both.csrf, as_buyer);
  EXPECT_EQ(both.patch("/v1/me", R"({"name":"one"})").status, 200);
  both.csrf = as_buyer;
  EXPECT_EQ(both.patch("/v1/me", R"({"name":"two"})").status, 200);
}

TEST(Csrf, GuestsChangeTheirOwnThingsWithout) {
  TestShop shop;
  Browser guest(shop);
  guest.me();
  guest.csrf.clear();
  EXPECT_EQ(guest.patch("/v1/me", R"({"name":"g"})").status, 200);
}

// The cashier's page has no scripts, so its form can send no token; it is not to know its visitor either.
TEST(Csrf, ASandboxPageKnowsNobodyAndNeedsNone) {
  TestShop shop;
  shop.router->add<RawBody, HttpResponse>({.method = HttpMethod::post,
                                           .path = "/sandbox/who",
                                           .operation = "who",
                                           .tag = "test",
                                           .summary = "says who asks"},
                                          [](Call call, RawBody) -> Task<Reply<HttpResponse>> {
                                            HttpResponse answer;
                                            answer.body = "viewer " + call.caller.viewer_id() +
                                                          (call.caller.staff ? " staff" : "");
                                            co_return answer;
                                          });
  Browser owner = claimed_owner(shop);
  owner.csrf.clear();
  const auto answer = owner.post("/sandbox/who", "outcome=succeed");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content(), "viewer ");
}

struct SiteCase {
  const char* name;
  std::map<std::string, std::string> headers;
  int status;
};

TEST(CrossSite, ChangesComeFromOurOwnPagesOnly) {
  TestShop shop({{"members.trusted_origins", "https://mall.example"}});
  const SiteCase cases[] = {
      {"a program", {}, 200},
      {"our page", {{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://shop.example"}}, 200},
      {"typed by hand", {{"Sec-Fetch-Site", "none"}}, 200},
      {"another site", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}}, 403},
      {"a neighbour", {{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://blog.shop.example"}}, 403},
      {"a sandboxed frame", {{"Origin", "null"}}, 403},
      {"an old browser, another site", {{"Origin", "https://evil.example"}}, 403},
      {"an old browser, our page", {{"Origin", "http://shop.example"}}, 200},
      {"another port", {{"Origin", "http://shop.example:81"}}, 403},
      {"a trusted mall", {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://mall.example"}}, 200},
      {"a program with its own key",
       {{"Origin", "https://evil.example"}, {"Authorization", "Bearer k"}},
       200},
  };
  for (const auto& one : cases) {
    Browser browser(shop);
    browser.extra = one.headers;
    EXPECT_EQ(browser.patch("/v1/me", R"({"name":"x"})").status, one.status) << one.name;
    EXPECT_EQ(browser.get("/v1/me").status, 200) << one.name << " may read what no script of theirs sees";
  }
}

// Without this a page of another site could sign its visitor in as the attacker.
TEST(CrossSite, SigningInIsAChangeToo) {
  TestShop shop;
  Browser owner = claimed_owner(shop);
  Browser visitor(shop);
  visitor.extra = {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}};
  const auto refused = visitor.post("/v1/staff/sessions", R"({"name":"Owner","password":"correct horse"})");
  EXPECT_EQ(slug_of(refused), "request.cross_site");
}

}  // namespace
}  // namespace vitrine
