// The shop through its routes, as the pages call it: from a picture to a shipped order.
#include "shop/module.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "net/dispatch.h"
#include "shop/test_world.h"
#include "store/database.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

const std::string kPng =
    std::string("\x89PNG\r\n\x1a\n", 8) + std::string("\0\0\0\rIHDR\0\0\2\0\0\0\1\0\x08\6\0\0\0", 21);

// Who asks is said by two headers; the members module does this with cookies.
Task<Result<Caller>> by_headers(std::shared_ptr<const HttpRequest> request) {
  Caller caller{
      .viewer = Caller::Viewer::guest, .guest = GuestId{5}, .account = {}, .name = "guest", .staff = {}};
  if (request->headers.has("X-Buyer")) {
    caller.viewer = Caller::Viewer::buyer;
    caller.account = AccountId{std::stoll(std::string(request->headers.get("X-Buyer")))};
    caller.name = "bob1";
  }
  if (request->headers.has("X-Staff")) {
    caller.staff =
        StaffCaller{.id = AccountId{9}, .name = "host", .role = Role::owner, .rights = ~0U, .session = {}};
  }
  co_return caller;
}

class ShopModuleTest : public ::testing::Test {
 protected:
  ShopModuleTest() {
    set_log_level(LogLevel::off);
    cores.at(0).set_config(std::make_shared<const Config>(shop_config_keys()));
    module = std::make_unique<ShopModule>(ShopNeeds{.cores = cores,
                                                    .router = router,
                                                    .bus = *bus,
                                                    .clock = clock,
                                                    .random = random,
                                                    .ids = ids,
                                                    .data_directory = folder.path(),
                                                    .database_url = test_database_url(folder.path()),
                                                    .media = media,
                                                    .ops = ops,
                                                    .members = members,
                                                    .publish_delay = [] { return Milliseconds(100); },
                                                    .sandbox = true});
  }
  ~ShopModuleTest() override {
    module->drain();
    bus->stop();
    module->stop();
    cores.stop();
    set_log_level(LogLevel::info);
  }
  void start() {
    cores.start();
    ASSERT_TRUE(module->start());
    bus->start();
  }

  struct Answer {
    int status = 0;
    boost::json::value json;
    std::string body;
    std::string header;  // of the one asked for
  };
  // `who` is a header line's name and value; `extra` is the answer's header to keep.
  Answer call(HttpMethod method, const std::string& path, const std::string& body = {},
              const std::string& key = {}, const std::string& extra = {}) {
    HttpRequest request;
    request.method = method;
    request.path = path.substr(0, path.find('?'));
    if (path.find('?') != std::string::npos) request.query = path.substr(path.find('?') + 1);
    request.headers.set("Content-Type", "application/json");
    if (!buyer.empty()) request.headers.set("X-Buyer", buyer);
    if (staff) request.headers.set("X-Staff", "1");
    if (!key.empty()) request.headers.set("Idempotency-Key", key);
    request.body = body;
    const HttpResponse response = wait_on(cores.at(0), dispatcher.handle(std::move(request)));
    Answer answer{
        .status = response.status, .json = {}, .body = std::string(response.content()), .header = {}};
    if (!extra.empty()) answer.header = response.headers.get(extra);
    boost::system::error_code failed;
    answer.json = boost::json::parse(answer.body, failed);
    return answer;
  }
  static std::string text(const boost::json::value& json, std::string_view name) {
    return std::string(json.at(name).as_string());
  }
  // A product of one variant at 9.90 on the demo room's showcase; its showcase card.
  boost::json::value make_card() {
    staff = true;
    const auto picture = call(HttpMethod::post, "/v1/pictures", kPng, "picture");
    EXPECT_EQ(picture.status, 201) << picture.body;
    const auto product =
        call(HttpMethod::post, "/v1/products",
             R"({"name":"Mug","description":"Holds tea","pictures":[")" + text(picture.json, "picture") +
                 R"("],"variants":[{"name":"Blue","price":{"amount":990,"currency":"CNY"},)"
                 R"("initial_stock":2}]})",
             "product");
    EXPECT_EQ(product.status, 201) << product.body;
    const auto showcase = call(HttpMethod::put, "/v1/rooms/demo/showcase",
                               R"({"products":[")" + text(product.json, "product") + R"("]})");
    EXPECT_EQ(showcase.status, 200) << showcase.body;
    staff = false;
    return showcase.json.at("items").at(0);
  }
  static std::string order_body(const boost::json::value& card, int64_t total) {
    const auto& variant = card.at("variants").at(0);
    return R"({"room":"demo","address":"adr_0000000000001","lines":[{"sku":")" + text(variant, "sku") +
           R"(","quantity":1,"price_version":)" + std::to_string(variant.at("price_version").as_int64()) +
           R"(}],"total":{"amount":)" + std::to_string(total) + R"(,"currency":"CNY"}})";
  }

  MemoryFolder folder;
  FakeClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  FakeMedia media;
  FakeOps ops;
  FakeMembers members;
  Cores cores{1};
  Router router;
  std::unique_ptr<Bus> bus = make_local_bus();
  std::unique_ptr<ShopModule> module;
  Dispatcher dispatcher{router, by_headers, {}};
  std::string buyer;
  bool staff = false;
};

TEST_F(ShopModuleTest, ARoomSellsFromPictureToShippedOrder) {
  start();
  const auto card = make_card();
  const auto picture =
      call(HttpMethod::get, std::string(card.at("pictures").at(0).as_string()), {}, {}, "Cache-Control");
  EXPECT_EQ(picture.body, kPng);
  EXPECT_EQ(picture.header, "public, max-age=31536000, immutable");

  staff = true;
  media.now.newest = MediaTime{3, 90'000};
  const auto shown = call(HttpMethod::post, "/v1/rooms/demo/now-showing",
                          R"({"product":")" + text(card, "product") + R"(","playhead":null})");
  EXPECT_EQ(shown.json.at("media").at("pts90k").as_int64(), 90'000 + 100 * 90);
  staff = false;

  buyer = "7";
  const auto order = call(HttpMethod::post, "/v1/orders", order_body(card, 990), "order");
  ASSERT_EQ(order.status, 201) << order.body;
  EXPECT_EQ(text(order.json, "state"), "pending_payment");
  EXPECT_TRUE(order.json.at("test").as_bool());
  const auto again =
      call(HttpMethod::post, "/v1/orders", order_body(card, 990), "order", "Idempotent-Replayed");
  EXPECT_EQ(again.header, "true");
  EXPECT_EQ(text(again.json, "order"), text(order.json, "order"));

  const std::string path = "/v1/orders/" + text(order.json, "order");
  const auto payment = call(HttpMethod::post, path + "/payments", R"({"provider":"sandbox"})", "pay");
  ASSERT_EQ(payment.status, 201) << payment.body;
  const std::string cashier = text(payment.json, "cashier_url");
  EXPECT_NE(call(HttpMethod::get, cashier).body.find("SANDBOX"), std::string::npos);
  const auto chosen = call(HttpMethod::post, cashier, "outcome=succeed", {}, "Location");
  EXPECT_EQ(chosen.status, 303);
  EXPECT_EQ(chosen.header, cashier);
  EXPECT_EQ(text(call(HttpMethod::get, path).json, "state"), "paid");

  staff = true;
  const auto listed = call(HttpMethod::get, "/v1/shop/orders?state=paid&q=Mug");
  ASSERT_EQ(listed.json.at("items").as_array().size(), 1u) << listed.body;
  const auto shipped = call(HttpMethod::post, "/v1/shop/orders/" + text(order.json, "order") + "/ship",
                            R"({"carrier":"SF","tracking":"SF1"})");
  EXPECT_EQ(text(shipped.json, "state"), "shipped");
  const auto showcase = call(HttpMethod::get, "/v1/rooms/demo/showcase");
  EXPECT_EQ(showcase.json.at("items").at(0).at("variants").at(0).at("stock").at("free").as_int64(), 1);
  EXPECT_EQ(members.acts.back(), "order.ship");
}

TEST_F(ShopModuleTest, RefusalsAreProblemsThatSayWhatABuyerNeeds) {
  start();
  const auto card = make_card();
  const auto guest = call(HttpMethod::post, "/v1/orders", order_body(card, 990), "k");
  EXPECT_EQ(guest.status, 401);
  buyer = "7";
  const auto price = call(HttpMethod::post, "/v1/orders", order_body(card, 880), "k1");
  EXPECT_EQ(price.status, 409);
  EXPECT_EQ(text(price.json, "slug"), "shop.price_changed");
  EXPECT_EQ(price.json.at("total").at("amount").as_int64(), 990);
  EXPECT_EQ(call(HttpMethod::post, "/v1/orders", order_body(card, 990)).status, 400) << "no key";
  ops.now.selling = false;
  const auto off = call(HttpMethod::post, "/v1/orders", order_body(card, 990), "k2");
  EXPECT_EQ(off.status, 403);
  EXPECT_EQ(text(off.json, "slug"), "shop.selling_off");
  const auto room =
      call(HttpMethod::post, "/v1/orders",
           R"({"room":"<script>","lines":[{"sku":"sku_0000000000001","quantity":1,"price_version":1}],)"
           R"("total":{"amount":1,"currency":"CNY"}})",
           "k3");
  EXPECT_EQ(text(room.json, "slug"), "shop.room");
}

TEST_F(ShopModuleTest, AGuestsCartAndItsPrices) {
  start();
  const auto card = make_card();
  const std::string sku = text(card.at("variants").at(0), "sku");
  const auto cart = call(HttpMethod::put, "/v1/cart/lines/" + sku, R"({"quantity":2})");
  ASSERT_EQ(cart.status, 200) << cart.body;
  EXPECT_EQ(cart.json.at("total").at("amount").as_int64(), 1980);
  EXPECT_EQ(
      call(HttpMethod::put, "/v1/cart/lines/" + sku, R"({"quantity":0})").json.at("lines").as_array().size(),
      0u);
  EXPECT_EQ(call(HttpMethod::put, "/v1/cart/lines/" + sku, R"({"quantity":100})").status, 400);
}

TEST_F(ShopModuleTest, AChangedProductKeepsItsVersionsApart) {
  start();
  const auto card = make_card();
  staff = true;
  const std::string path = "/v1/products/" + text(card, "product");
  const std::string body =
      R"({"name":"Mug","description":"","pictures":[],"version":1,"variants":[{"sku":")" +
      text(card.at("variants").at(0), "sku") +
      R"(","name":"Blue","price":{"amount":1200,"currency":"CNY"}}]})";
  const auto changed = call(HttpMethod::put, path, body);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at("version").as_int64(), 2);
  EXPECT_EQ(changed.json.at("variants").at(0).at("price_version").as_int64(), 2);
  EXPECT_EQ(text(call(HttpMethod::put, path, body).json, "slug"), "shop.version");
  EXPECT_EQ(call(HttpMethod::del, path).status, 204);
  EXPECT_EQ(call(HttpMethod::get, "/v1/rooms/demo/showcase").json.at("items").as_array().size(), 0u);
}

TEST_F(ShopModuleTest, WhatStaffDoToPricesAndStockIsInTheAuditLogOnce) {
  start();
  const auto card = make_card();
  staff = true;
  const std::string product = "/v1/products/" + text(card, "product");
  const std::string sku = text(card.at("variants").at(0), "sku");
  const std::string receive = R"({"change":3,"reason":"delivery"})";
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(call(HttpMethod::post, "/v1/skus/" + sku + "/stock", receive, "k1").status, 200);
  }
  const std::string dearer =
      R"({"name":"Mug","description":"","pictures":[],"version":1,"variants":[{"sku":")" + sku +
      R"(","name":"Blue","price":{"amount":1190,"currency":"CNY"}}]})";
  EXPECT_EQ(call(HttpMethod::put, product, dearer).status, 200);
  EXPECT_EQ(call(HttpMethod::del, product).status, 204);
  EXPECT_EQ(members.acts,
            (std::vector<std::string>{"product.add", "stock.change", "product.change", "product.archive"}));
}

TEST_F(ShopModuleTest, AHiddenPriceIsForStaffAloneUntilItIsOpened) {
  start();
  const auto card = make_card();
  const std::string product = text(card, "product");
  const std::string line = "/v1/cart/lines/" + text(card.at("variants").at(0), "sku");
  const std::string hide = "/v1/products/" + product + "/hide-price";
  const std::string open = "/v1/rooms/demo/open-price";
  const std::string what = R"({"product":")" + product + R"(","playhead":null})";
  const auto price = [&](const std::string& path) {
    return call(HttpMethod::get, path).body.contains(R"("amount":990,)");
  };
  EXPECT_EQ(call(HttpMethod::post, hide).status, 401);
  EXPECT_EQ(call(HttpMethod::post, open, what).status, 401);
  staff = true;
  for (int time = 0; time < 2; ++time) EXPECT_EQ(call(HttpMethod::post, hide).status, 204);
  EXPECT_TRUE(price("/v1/rooms/demo/showcase"));
  staff = false;
  EXPECT_FALSE(price("/v1/rooms/demo/showcase"));
  EXPECT_FALSE(price("/v1/offers/" + product));
  const auto refused = call(HttpMethod::put, line, R"({"quantity":1})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(text(refused.json, "slug"), "shop.price_hidden");
  staff = true;
  for (int time = 0; time < 2; ++time) EXPECT_EQ(call(HttpMethod::post, open, what).status, 204);
  staff = false;
  EXPECT_TRUE(price("/v1/rooms/demo/showcase"));
  EXPECT_EQ(call(HttpMethod::put, line, R"({"quantity":1})").status, 200);
  EXPECT_EQ(members.acts, (std::vector<std::string>{"product.add", "price.hide", "price.open"}));
}

TEST_F(ShopModuleTest, BeforeItStartsEveryRouteSaysUnavailable) {
  cores.start();
  const auto answer = call(HttpMethod::get, "/v1/rooms/demo/showcase");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(text(answer.json, "slug"), "shop.unavailable");
  EXPECT_EQ(module->trouble(), "not started");
}

// The key that seals an address is not there either; the process must outlive the question.
TEST_F(ShopModuleTest, BeforeItStartsAnOrderWithAnAddressIsRefusedToo) {
  cores.start();
  buyer = "7";
  const std::string body = R"({"lines":[{"sku":"sku_0000000000001","quantity":1,"price_version":1}],)"
                           R"("address":"adr_0000000000001","total":{"amount":990,"currency":"CNY"}})";
  const auto answer = call(HttpMethod::post, "/v1/orders", body, "k1");
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_EQ(text(answer.json, "slug"), "shop.unavailable");
}

TEST_F(ShopModuleTest, OneKeyIsNotTheAnswerForAnotherAddress) {
  start();
  const std::string first = text(make_card().at("variants").at(0), "sku");
  staff = true;
  const auto second = call(HttpMethod::post, "/v1/products",
                           R"({"name":"Tea","description":"","pictures":[],"variants":[)"
                           R"({"name":"50 g","price":{"amount":1280,"currency":"CNY"}}]})",
                           "tea");
  const std::string other = text(second.json.at("variants").at(0), "sku");
  const std::string body = R"({"change":3,"reason":"delivery"})";
  const auto received = call(HttpMethod::post, "/v1/skus/" + first + "/stock", body, "k1");
  EXPECT_EQ(received.json.at("stock").at("free").as_int64(), 5);
  const auto refused = call(HttpMethod::post, "/v1/skus/" + other + "/stock", body, "k1");
  EXPECT_EQ(text(refused.json, "slug"), "request.idempotency_key_reused") << refused.body;
}

TEST_F(ShopModuleTest, PlantingTwiceMakesTheProductsOnce) {
  start();
  const std::vector<PlantedProduct> products{{"Mug", "", kPng, {{"Blue", 990, 3}}},
                                             {"Tea", "", "", {{"50 g", 1280, 5}}}};
  const auto first = wait_on(cores.at(0), module->plant_demo_products("demo", products));
  ASSERT_TRUE(first) << first.error().reason;
  EXPECT_EQ(first->size(), 2u);
  EXPECT_EQ(wait_on(cores.at(0), module->plant_demo_products("demo", products)).value(), *first);
  const auto showcase = call(HttpMethod::get, "/v1/rooms/demo/showcase").json;
  EXPECT_EQ(text(showcase.at("now_showing"), "product"), first->front().str());
  EXPECT_TRUE(wait_on(cores.at(0), module->examine()).value().empty());
  EXPECT_EQ(wait_on(cores.at(0), module->verify_ledger()).value().at("entries").as_int64(), 0);
}

// As the pages call it: set up, opened, grabbed, paid; then what a second buyer hears.
TEST_F(ShopModuleTest, AFlashSaleFromDraftToPaidOrder) {
  start();
  const auto card = make_card();
  const std::string sku = text(card.at("variants").at(0), "sku");
  staff = true;
  const std::string draft =
      R"({"room":"demo","items":[{"sku":")" + sku +
      R"(","price":{"amount":500,"currency":"CNY"},"units":1}],"starts_at_ms":null,"duration_s":600,)"
      R"("preheat_s":30,"open_delay_ms":0,"per_buyer":1,"per_order":1,"pay_minutes":5})";
  const auto made = call(HttpMethod::post, "/v1/shop/flash-sales", draft, "sale");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(text(made.json, "state"), "draft");
  const std::string sale = "/v1/flash-sales/" + text(made.json, "sale");
  const std::string staffs = "/v1/shop" + sale.substr(3);
  EXPECT_EQ(call(HttpMethod::put, staffs, draft).status, 200);
  staff = false;
  buyer = "7";
  EXPECT_EQ(call(HttpMethod::get, sale).status, 404) << "a draft is nobody's business";
  staff = true;
  const auto opened = call(HttpMethod::post, staffs + "/start");
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(text(opened.json, "state"), "open");
  EXPECT_EQ(call(HttpMethod::post, staffs + "/pause").status, 200);
  staff = false;
  EXPECT_EQ(text(call(HttpMethod::post, sale + "/admission").json, "slug"), "shop.paused");
  staff = true;
  EXPECT_EQ(call(HttpMethod::post, staffs + "/resume").status, 200);
  staff = false;
  const auto listed = call(HttpMethod::get, "/v1/rooms/demo/flash-sales");
  EXPECT_EQ(listed.json.at("items").as_array().size(), 1u);

  const std::string body = R"({"token":")" + text(call(HttpMethod::post, sale + "/admission").json, "token") +
                           R"(","sku":")" + sku +
                           R"(","quantity":1,"total":{"amount":500,"currency":"CNY"}})";
  const auto grabbed = call(HttpMethod::post, sale + "/grabs", body, "tap");
  ASSERT_EQ(grabbed.status, 201) << grabbed.body;
  const auto again = call(HttpMethod::post, sale + "/grabs", body, "tap", "Idempotent-Replayed");
  EXPECT_EQ(again.header, "true");
  EXPECT_EQ(text(again.json, "order"), text(grabbed.json, "order"));
  const std::string order = "/v1/orders/" + text(grabbed.json, "order");
  const auto seen = call(HttpMethod::get, order);
  EXPECT_EQ(seen.json.at("lines").at(0).at("unit_price").at("amount"), 500);
  EXPECT_EQ(text(seen.json, "flash_sale"), text(made.json, "sale"));
  ASSERT_EQ(call(HttpMethod::put, order + "/address", R"({"address":"adr_0000000000001"})").status, 200);
  EXPECT_EQ(call(HttpMethod::post, order + "/payments", R"({"provider":"sandbox"})", "pay").status, 201);
  EXPECT_EQ(text(call(HttpMethod::get, sale + "/mine").json, "order"), text(grabbed.json, "order"));

  buyer = "8";
  const std::string other = R"({"token":")" +
                            text(call(HttpMethod::post, sale + "/admission").json, "token") + R"(","sku":")" +
                            sku + R"(","quantity":1,"total":{"amount":500,"currency":"CNY"}})";
  const auto waits = call(HttpMethod::post, sale + "/grabs", other, "tap");
  EXPECT_EQ(waits.status, 409);
  EXPECT_EQ(text(waits.json, "slug"), "shop.all_held");
  EXPECT_EQ(waits.json.at("place").as_int64(), 1);
  EXPECT_EQ(call(HttpMethod::get, sale + "/mine").json.at("place").as_int64(), 1);
  staff = true;
  EXPECT_EQ(text(call(HttpMethod::post, staffs + "/stop").json, "state"), "ended");
  EXPECT_EQ(call(HttpMethod::post, staffs + "/start").status, 409);
}

}  // namespace
}  // namespace vitrine
