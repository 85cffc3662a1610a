// What the tests of members share: the module over an empty folder, and browsers that keep cookies.
//
// Thread  the test's; requests run on the cores.
#pragma once

#include <gtest/gtest.h>

#include <prometheus/registry.h>

#include <map>

#include "members/config.h"
#include "members/module.h"
#include "net/config.h"
#include "net/dispatch.h"
#include "testing/blocking.h"
#include "testing/fake_clock.h"
#include "testing/postgres_server.h"

namespace vitrine {

// Members running on two cores.
class TestShop {
 public:
  explicit TestShop(std::map<std::string, std::string> settings = {}) {
    auto keys = members_config_keys();
    for (auto& key : net_config_keys()) keys.push_back(std::move(key));
    Config config(std::move(keys));
    for (const auto& [name, value] : settings) {
      EXPECT_FALSE(config.set_text(name, value, "test")) << name;
    }
    const auto shared = std::make_shared<const Config>(std::move(config));
    for (int index = 0; index < cores.count(); ++index) cores.at(index).set_config(shared);
    cores.start();
    open();
  }
  ~TestShop() { close(); }

  // Ends the module and makes it again over the same folder, as a restart does.
  void reopen() {
    close();
    open();
  }
  // The token of the owner's one-time link.
  std::string claim_token() { return **wait_on(cores.at(0), members->make_claim()); }
  HttpResponse handle(HttpRequest request, int core) {
    return wait_on(cores.at(core), dispatcher->handle(std::move(request)));
  }

  TestFolder folder;
  FakeClock clock;
  SystemRandom random;
  Cores cores{2};
  prometheus::Registry registry;
  std::unique_ptr<IdSource> ids = std::make_unique<IdSource>(clock, random);
  std::unique_ptr<Bus> bus;
  std::unique_ptr<Router> router;
  std::unique_ptr<MembersModule> members;
  std::unique_ptr<Dispatcher> dispatcher;

 private:
  void open() {
    bus = make_local_bus();
    router = std::make_unique<Router>();
    members =
        std::make_unique<MembersModule>(MembersNeeds{cores, *router, *bus, clock, random, *ids, folder.path(),
                                                     test_database_url(folder.path()), registry});
    dispatcher = std::make_unique<Dispatcher>(*router, members->authenticator(), Pages{});
    const auto started = members->start();
    ASSERT_TRUE(started) << started.error().reason;
  }
  void close() {
    bus->stop();
    members->stop();
  }
};

// One browser: keeps cookies and the CSRF token, as the SDK does.
class Browser {
 public:
  explicit Browser(TestShop& shop, std::string address = "192.0.2.1", int core = 0)
      : shop_(shop), address_(std::move(address)), core_(core) {}

  HttpResponse send(HttpMethod method, const std::string& path, const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    const size_t mark = path.find('?');
    request.path = path.substr(0, mark);
    if (mark != std::string::npos) request.query = path.substr(mark + 1);
    request.body = body;
    request.remote = address_;
    request.secure = secure;
    request.headers.set("Host", "shop.example");
    request.headers.set("User-Agent", "test browser");
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    if (!csrf.empty()) request.headers.set("X-CSRF-Token", csrf);
    if (!key.empty()) request.headers.set("Idempotency-Key", key);
    for (const auto& [name, value] : extra) request.headers.set(name, value);
    std::string jar;
    for (const auto& [name, value] : cookies) jar += (jar.empty() ? "" : "; ") + name + "=" + value;
    if (!jar.empty()) request.headers.set("Cookie", jar);
    const HttpResponse response = shop_.handle(std::move(request), core_);
    keep_cookies(response);
    return response;
  }
  HttpResponse get(const std::string& path) { return send(HttpMethod::get, path); }
  HttpResponse post(const std::string& path, const std::string& body) {
    return send(HttpMethod::post, path, body);
  }
  HttpResponse put(const std::string& path, const std::string& body) {
    return send(HttpMethod::put, path, body);
  }
  HttpResponse patch(const std::string& path, const std::string& body) {
    return send(HttpMethod::patch, path, body);
  }
  HttpResponse del(const std::string& path) { return send(HttpMethod::del, path); }

  // Asks who it is and remembers the CSRF token.
  boost::json::value me() { return learn(get("/v1/me")); }
  boost::json::value learn(const HttpResponse& response) {
    auto json = boost::json::parse(response.body);
    if (response.status == 200) csrf = std::string(json.at("csrf").get_string());
    return json;
  }
  // By code, sent and entered.
  HttpResponse sign_in(const std::string& phone, Browser& support) {
    const auto sent = post("/v1/buyers/codes", R"({"phone":")" + phone + R"(","consent":true})");
    EXPECT_EQ(sent.status, 202) << sent.body;
    const auto answer = enter_code(phone, support.newest_code());
    learn(answer);
    return answer;
  }
  HttpResponse enter_code(const std::string& phone, const std::string& code) {
    return post("/v1/buyers/sessions",
                R"({"phone":")" + phone + R"(","code":")" + code + R"(","consent":true})");
  }
  std::string newest_code() {
    const auto json = boost::json::parse(get("/v1/staff/sms").body);
    return std::string(json.at("items").at(0).at("code").get_string());
  }
  HttpResponse sign_in_staff(const std::string& name, const std::string& password) {
    const auto answer =
        post("/v1/staff/sessions", R"({"name":")" + name + R"(","password":")" + password + R"("})");
    learn(answer);
    return answer;
  }

  std::map<std::string, std::string> cookies;
  std::map<std::string, std::string> extra;  // headers of every request
  std::string csrf;
  std::string key;
  bool secure = false;

 private:
  void keep_cookies(const HttpResponse& response) {
    for (const auto& [name, value] : response.headers.all()) {
      if (name != "Set-Cookie") continue;
      const size_t equals = value.find('=');
      const std::string text = value.substr(equals + 1, value.find(';') - equals - 1);
      if (text.empty()) {
        cookies.erase(value.substr(0, equals));
      } else {
        cookies[value.substr(0, equals)] = text;
      }
    }
  }

  TestShop& shop_;
  std::string address_;
  int core_;
};

inline std::string slug_of(const HttpResponse& response) {
  const auto json = boost::json::parse(response.body);
  const auto* slug = json.as_object().if_contains("slug");
  return slug == nullptr ? "" : std::string(slug->get_string());
}

// A shop whose owner has claimed it and is signed in.
inline Browser claimed_owner(TestShop& shop) {
  Browser owner(shop, "192.0.2.100");
  const auto claimed = owner.post("/v1/owner-claim", R"({"token":")" + shop.claim_token() +
                                                         R"(","name":"Owner","password":"correct horse"})");
  EXPECT_EQ(claimed.status, 200) << claimed.body;
  owner.learn(claimed);
  return owner;
}

}  // namespace vitrine
