#include "net/router.h"

#include <gtest/gtest.h>

#include "net/connection.h"
#include "net/dispatch.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

struct Thing {
  std::string name;
  static constexpr auto fields() { return std::tuple{field("name", &Thing::name, {.min = 1, .max = 40})}; }
  static constexpr std::string_view schema_name = "Thing";
};

// Answers with what the handler saw.
Task<Reply<Thing>> seen(Call call) {
  std::string text;
  for (const auto& [name, value] : call.path) text += name + "=" + value + ";";
  text += call.idempotency_key + call.body_digest.substr(0, 8) + call.caller.viewer_id();
  co_return Thing{text};
}
Task<Reply<NoContent>> remove_it(Call) {
  co_return NoContent{};
}
Task<Reply<Thing>> keep(Call call, Thing) {
  co_return co_await seen(std::move(call));
}
Task<Reply<Thing>> refuse(Call) {
  Reply<Thing> reply = Problem{ErrorKind::conflict, "shop.all_held", ""};
  reply.headers.emplace_back("Set-Cookie", "a=b");
  co_return reply;
}
Task<void> stream(Call, std::unique_ptr<Connection>) {
  co_return;
}

RouteSpec spec(HttpMethod method, std::string_view path, std::string_view operation,
               Access access = Access::open) {
  RouteSpec out;
  out.method = method;
  out.path = path;
  out.operation = operation;
  out.tag = "test";
  out.summary = "Test";
  out.access = access;
  return out;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add<NoBody, Thing>(spec(HttpMethod::get, "/v1/sessions/{session}", "getSession"), seen);
    router.add<NoBody, NoContent>(spec(HttpMethod::del, "/v1/sessions/current", "endCurrent"), remove_it);
    router.add<NoBody, NoContent>(spec(HttpMethod::del, "/v1/sessions/{session}", "endSession"), remove_it);
    router.add<NoBody, Thing>(spec(HttpMethod::get, "/v1/refused", "refuse"), refuse);
    router.add<NoBody, Thing>(spec(HttpMethod::get, "/v1/viewer", "viewer", Access::viewer), seen);
    router.add<NoBody, Thing>(spec(HttpMethod::get, "/v1/buyer", "buyer", Access::buyer), seen);
    RouteSpec staff = spec(HttpMethod::get, "/v1/staff", "staff", Access::staff);
    staff.right = Right::order_read;
    router.add<NoBody, Thing>(staff, seen);
    RouteSpec create = spec(HttpMethod::post, "/v1/things", "createThing");
    create.idempotent = true;
    create.status = 201;
    create.query = {{"dry_run", "Only check"}};
    router.add<Thing, Thing>(create, keep);
    router.add_stream(spec(HttpMethod::get, "/live/{stream}.flv", "playFlv"), stream);
    cores.start();
  }

  // The operation that serves a request, or what is allowed.
  std::string found(HttpMethod method, std::string_view path) {
    std::map<std::string, std::string, std::less<>> parameters;
    std::string allowed;
    const auto* route = router.find(method, path, parameters, allowed);
    if (route == nullptr) return "allowed:" + allowed;
    std::string out(route->spec.operation);
    for (const auto& [name, value] : parameters) out += " " + name + "=" + value;
    return out;
  }
  HttpResponse handle(HttpMethod method, std::string path, HttpHeaders headers = {}, std::string body = {}) {
    const Dispatcher dispatcher(router, authenticator, {});
    HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    request.headers = std::move(headers);
    request.body = std::move(body);
    return wait_on(cores.at(0), dispatcher.handle(std::move(request)));
  }
  // Everybody is `caller` from now on.
  void all_are(Caller caller) {
    authenticator = [caller](std::shared_ptr<const HttpRequest>) -> Task<Result<Caller>> {
      return answer(caller);
    };
  }
  static Task<Result<Caller>> answer(Result<Caller> caller) { co_return caller; }

  Router router;
  Authenticator authenticator;
  Cores cores{1};
};

TEST_F(RouterTest, TheMoreLiteralPathWins) {
  EXPECT_EQ(found(HttpMethod::del, "/v1/sessions/current"), "endCurrent");
  EXPECT_EQ(found(HttpMethod::del, "/v1/sessions/ses_1"), "endSession session=ses_1");
  EXPECT_EQ(found(HttpMethod::get, "/v1/sessions/current"), "getSession session=current");
  EXPECT_EQ(found(HttpMethod::head, "/v1/sessions/x"), "getSession session=x");
  EXPECT_EQ(found(HttpMethod::get, "/live/demo.flv"), "playFlv stream=demo");
}

TEST_F(RouterTest, WhatNobodyServes) {
  EXPECT_EQ(found(HttpMethod::put, "/v1/sessions/x"), "allowed:GET, HEAD, DELETE");
  EXPECT_EQ(found(HttpMethod::get, "/v1/sessions"), "allowed:");
  EXPECT_EQ(found(HttpMethod::get, "/v1/sessions/a/b"), "allowed:");
  EXPECT_EQ(found(HttpMethod::get, "/v1/sessions/"), "allowed:");  // a parameter is never empty
  EXPECT_EQ(found(HttpMethod::get, "/live/.flv"), "allowed:");
}

TEST_F(RouterTest, AnswersAreRenderedWithTheirStatusAndHeaders) {
  EXPECT_EQ(handle(HttpMethod::del, "/v1/sessions/current").status, 204);
  const auto refused = handle(HttpMethod::get, "/v1/refused");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.headers.get("Set-Cookie"), "a=b");
}

TEST_F(RouterTest, AccessIsCheckedBeforeTheHandler) {
  const auto status = [&](const char* path) { return handle(HttpMethod::get, path).status; };
  EXPECT_EQ(status("/v1/viewer"), 401);
  Caller caller;
  caller.viewer = Caller::Viewer::guest;
  caller.guest = GuestId{7};
  all_are(caller);
  EXPECT_EQ(status("/v1/viewer"), 200);
  EXPECT_EQ(status("/v1/buyer"), 401);
  EXPECT_EQ(status("/v1/staff"), 401);
  caller.viewer = Caller::Viewer::buyer;
  caller.staff.emplace();
  all_are(caller);
  EXPECT_EQ(status("/v1/buyer"), 200);
  EXPECT_EQ(status("/v1/staff"), 403);
  caller.staff->rights = 1U << static_cast<unsigned>(Right::order_read);
  all_are(caller);
  EXPECT_EQ(status("/v1/staff"), 200);
}

// A members module that is down takes nobody's public pages along; a CSRF refusal holds everywhere.
TEST_F(RouterTest, FaultsOfTheAuthenticator) {
  authenticator = [](std::shared_ptr<const HttpRequest>) {
    return answer(Error{ErrorKind::unavailable, "members.unavailable"});
  };
  EXPECT_EQ(handle(HttpMethod::get, "/v1/sessions/x").status, 200);
  EXPECT_EQ(handle(HttpMethod::get, "/v1/viewer").status, 503);
  authenticator = [](std::shared_ptr<const HttpRequest>) {
    return answer(Error{ErrorKind::forbidden, "request.csrf"});
  };
  EXPECT_EQ(handle(HttpMethod::get, "/v1/sessions/x").status, 403);
}

TEST_F(RouterTest, CreatingNeedsAnIdempotencyKey) {
  const auto create = [&](std::optional<std::string> key) {
    HttpHeaders headers;
    headers.set("Content-Type", "application/json; charset=utf-8");
    if (key) headers.set("Idempotency-Key", *key);
    return handle(HttpMethod::post, "/v1/things", headers, R"({"name":"mug"})");
  };
  EXPECT_NE(create(std::nullopt).body.find("request.idempotency_key_missing"), std::string::npos);
  EXPECT_EQ(create("has space").status, 400);
  EXPECT_EQ(create(std::string(129, 'k')).status, 400);
  const auto created = create("key-1");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.body, R"({"name":"key-144360e11"})");
}

TEST_F(RouterTest, OpenapiDescribesEveryRouteOnce) {
  const auto document = router.openapi();
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  const auto& paths = document.at("paths").as_object();
  EXPECT_EQ(paths.size(), 8u);
  const auto& create = paths.at("/v1/things").at("post").as_object();
  EXPECT_EQ(create.at("operationId").as_string(), "createThing");
  EXPECT_EQ(boost::json::serialize(create.at("requestBody").at("content")),
            R"({"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}})");
  EXPECT_TRUE(create.at("responses").as_object().contains("201"));
  EXPECT_EQ(create.at("parameters").as_array().size(), 2u);  // dry_run and Idempotency-Key
  EXPECT_TRUE(paths.at("/v1/sessions/current").at("delete").at("responses").as_object().contains("204"));
  EXPECT_EQ(boost::json::serialize(paths.at("/v1/staff").at("get").at("security")), R"([{"staff":[]}])");
  EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("Problem"));
  EXPECT_EQ(boost::json::serialize(router.openapi()), boost::json::serialize(document));
}

TEST(RouterDeathTest, TwoRoutesForOnePathAreABug) {
  Router router;
  router.add<NoBody, Thing>(spec(HttpMethod::get, "/v1/sessions/{session}", "getSession"), seen);
  const RouteSpec again = spec(HttpMethod::get, "/v1/sessions/{other}", "again");
  EXPECT_DEATH((router.add<NoBody, Thing>(again, seen)), "two routes");
}

}  // namespace
}  // namespace vitrine
