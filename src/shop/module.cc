#include "shop/module.h"

#include <atomic>
#include <future>

#include "base/log.h"
#include "runtime/blocking_pool.h"
#include "shop/cart/cart_api.h"
#include "shop/cart/cart_store.h"
#include "shop/catalog/catalog_api.h"
#include "shop/catalog/price_api.h"
#include "shop/catalog/product_file_api.h"
#include "shop/checkout/order_api.h"
#include "shop/checkout/order_export_api.h"
#include "shop/checkout/payment_api.h"
#include "shop/config.h"
#include "shop/coupons/coupon_api.h"
#include "shop/flash_sale/sale_api.h"
#include "shop/ledger/ledger.h"
#include "shop/ledger/ledger_heads.h"
#include "shop/services.h"
#include "shop/showcase/showcase_api.h"

namespace vitrine {
namespace {

constexpr Milliseconds kTickPause{1'000};
constexpr Milliseconds kStopLook{50};  // how often the pause looks whether to stop
constexpr std::chrono::seconds kStopWait{3};
constexpr std::string_view kPlanter = "system";

ServiceNeeds service_needs(const ShopNeeds& needs) {
  const Config& config = needs.cores.at(0).config();
  return {.clock = needs.clock,
          .random = needs.random,
          .ids = needs.ids,
          .data_directory = needs.data_directory,
          .media = needs.media,
          .ops = needs.ops,
          .members = needs.members,
          .publish_delay = needs.publish_delay,
          .sandbox = needs.sandbox || config.get(kSandboxOn),
          .manual = config.get(kManualOn),
          .ask_tier = needs.ask_tier};
}

// A guest who signed in brings the cart along.
Result<void> take_cart_along(Transaction& tx, const EventRow& row) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(row.payload, failed);
  GuestSignedIn event;
  if (failed || read_dto(event, json)) return Error{ErrorKind::internal, "shop.guest_signed_in"};
  return merge_carts(tx, event.guest.str(), event.account.str());
}

}  // namespace

struct ShopModule::Parts {
  explicit Parts(ShopNeeds n)
      : needs(std::move(n)),
        home(needs.cores.home_of("shop")),
        services(service_needs(needs)),
        catalog_api(services.catalog, services.files, needs.members),
        showcase_api(services.showcase, needs.members),
        cart_api(services.cart),
        order_api(services.checkout, services.desk, needs.rooms),
        order_export_api(services.checkout, downloads, needs.members),
        price_api(services.prices, needs.members),
        product_file_api({services.catalog, services.imports, downloads, needs.members}),
        sale_api(services.sales, needs.members, needs.rooms),
        coupon_api(services.coupons, needs.members),
        payment_api(services.gate, services.desk),
        heads(needs.data_directory + "/ledger") {}

  ShopNeeds needs;
  Core& home;
  ShopServices services;
  CatalogApi catalog_api;
  ShowcaseApi showcase_api;
  CartApi cart_api;
  OrderApi order_api;
  CsvDownloads downloads;
  OrderExportApi order_export_api;
  PriceApi price_api;
  ProductFileApi product_file_api;
  SaleApi sale_api;
  CouponApi coupon_api;
  PaymentApi payment_api;
  LedgerHeads heads;
  BlockingPool files{1, 4, Error{ErrorKind::exhausted, "shop.files_busy"}};
  int64_t head_day = -1;  // since 1970, of the head last written
  std::atomic<bool> stopping{false};
  std::promise<void> looked_after;       // kept when the last round has ended
  std::optional<std::future<void>> end;  // of looking after; empty until start
};

ShopModule::ShopModule(ShopNeeds needs) : parts_(std::make_unique<Parts>(std::move(needs))) {
  Router& router = parts_->needs.router;
  parts_->catalog_api.add_routes(router);
  parts_->showcase_api.add_routes(router);
  parts_->cart_api.add_routes(router);
  parts_->order_api.add_routes(router);
  parts_->order_export_api.add_routes(router);
  parts_->price_api.add_routes(router);
  parts_->product_file_api.add_routes(router);
  parts_->sale_api.add_routes(router);
  parts_->coupon_api.add_routes(router);
  parts_->payment_api.add_routes(router);
}

ShopModule::~ShopModule() = default;

Result<void> ShopModule::start() {
  if (auto opened = parts_->services.open(parts_->needs.data_directory, parts_->needs.database_url); !opened)
    return opened.error();
  const std::string key = parts_->needs.data_directory + "/secrets/ledger.key";
  if (auto loaded = parts_->heads.load(key, parts_->needs.random); !loaded) return loaded.error();
  Database& database = *parts_->services.gate.database();
  parts_->needs.bus.source(database);
  parts_->needs.bus.subscribe({.consumer = "shop.cart",
                               .source = "members",
                               .kinds = {std::string(GuestSignedIn::kind)},
                               .target = &database,
                               .core = &parts_->home,
                               .apply = take_cart_along,
                               .applied = [](const std::vector<EventRow>&) {}});
  // Ready means that live sales are known: a buyer who comes at once is answered, not sent away.
  const auto known = std::make_shared<std::promise<void>>();
  const auto done = known->get_future();
  parts_->home.spawn(look_first(known));
  done.wait();
  parts_->end = parts_->looked_after.get_future();
  parts_->home.spawn(look_after());
  return {};
}

Task<void> ShopModule::look_first(std::shared_ptr<std::promise<void>> known) {
  const auto loaded = co_await parts_->services.gate.load();
  if (!loaded) log_error("shop.fence_not_read", {{"reason", loaded.error().reason}});
  co_await parts_->services.sales.tick();
  known->set_value();
}

Task<void> ShopModule::look_after() {
  while (!parts_->stopping.load()) {
    co_await parts_->services.caretaker.tick();
    co_await write_head_in_time();
    bool kept = false;
    for (Milliseconds waited{0}; waited < kTickPause && !parts_->stopping.load(); waited += kStopLook) {
      co_await sleep_for(kStopLook);
      // Rooms hear of an opening within one look, not within one round; what fails waits for the round.
      if (kept || parts_->services.gate.fenced() || !parts_->services.sales.due()) continue;
      kept = true;
      co_await parts_->services.sales.keep_time();
    }
  }
  parts_->looked_after.set_value();
}

// Once a day, with the first round of the day. A failure is tried again at the next round.
Task<void> ShopModule::write_head_in_time() {
  constexpr int64_t kDay = 86'400'000;
  const WallTime now = parts_->needs.clock.wall();
  if (now.ms / kDay == parts_->head_day) co_return;
  auto look = [](Transaction& tx) { return ledger_end(tx); };
  const auto end = co_await parts_->services.gate.read(std::move(look));
  if (!end) co_return;
  auto write = [heads = &parts_->heads, end = *end, now] { return heads->write_day(end.n, end.hash, now); };
  const auto written = co_await parts_->files.run(std::move(write));
  if (written) parts_->head_day = now.ms / kDay;
  if (written && *written) log_info("shop.ledger_head", {{"entries", end->n}, {"head", end->hash}});
  if (!written) log_warn("shop.ledger_head_not_written", {{"reason", written.error().reason}});
}

void ShopModule::drain() {
  parts_->stopping.store(true);
}

void ShopModule::stop() {
  parts_->stopping.store(true);
  // A provider that answers late may hold the last round up; nothing it does is lost by ending here.
  if (parts_->end && parts_->needs.cores.running()) {
    parts_->end->wait_for(kStopWait);
    parts_->downloads.finish();
  }
  parts_->services.gate.close();
}

std::optional<std::string> ShopModule::trouble() const {
  const Gate& gate = parts_->services.gate;
  if (gate.database() == nullptr) return "not started";
  if (gate.fenced()) return "fenced: " + gate.why();
  if (const auto failed = gate.database()->health()) return std::string(failed->reason);
  return parts_->services.caretaker.alarm();
}

Task<Result<std::vector<ProductId>>> ShopModule::plant_demo_products(std::string room,
                                                                     std::vector<PlantedProduct> products) {
  CatalogService& catalog = parts_->services.catalog;
  const auto present = co_await parts_->services.showcase.view(room);
  if (!present) co_return present.error();
  std::vector<ProductId> planted;
  for (const Card& card : present->items) planted.push_back(card.product);
  if (!planted.empty()) co_return planted;
  const auto currency = Currency::parse(Core::current()->config().get(kShopCurrency)).value_or(Currency{});
  for (size_t at = 0; at < products.size(); ++at) {
    const PlantedProduct& product = products[at];
    // The same planting again finds what the first one made, also when it was cut short.
    const std::string name = room + " " + std::to_string(at) + " " + product.name;
    ProductDraft draft{.name = product.name, .description = product.description};
    if (!product.picture.empty()) {
      IdempotencyKey key{"plant picture", name, ""};
      const auto picture = co_await catalog.add_picture(std::move(key), product.picture);
      if (!picture) co_return picture.error();
      draft.pictures.push_back(picture->id);
    }
    for (const auto& variant : product.variants) {
      draft.variants.push_back({std::nullopt, variant.name, {variant.price, currency}, variant.stock});
    }
    IdempotencyKey key{"plant product", name, ""};
    const auto made = co_await catalog.create(std::move(key), std::move(draft), std::string(kPlanter));
    if (!made) co_return made.error();
    planted.push_back(made->id);
  }
  const auto arranged = co_await parts_->services.showcase.arrange(room, planted);
  if (!arranged) co_return arranged.error();
  if (planted.empty()) co_return planted;
  ShowDraft first{.product = planted.front()};
  const auto shown = co_await parts_->services.showcase.show(room, std::move(first), std::string(kPlanter));
  if (!shown) co_return shown.error();
  co_return planted;
}

Task<Reply<boost::json::object>> ShopModule::verify_ledger(std::string expected_head) {
  auto work = [expected_head](Transaction& tx) { return vitrine::verify_ledger(tx, expected_head); };
  const auto report = co_await parts_->services.gate.read(std::move(work));
  if (!report) co_return report.error();
  if (report->fault) co_return Problem{ErrorKind::internal, "shop.ledger_broken", *report->fault};
  auto read = [heads = &parts_->heads] { return heads->read(); };
  const auto heads = co_await parts_->files.run(std::move(read));
  if (!heads && heads.error().kind == ErrorKind::internal)
    co_return Problem{ErrorKind::internal, "shop.ledger_broken",
                      "a file in ledger/ is not signed with our key"};
  if (!heads) co_return heads.error();
  auto compare = [known = *heads](Transaction& tx) { return compare_heads(tx, known); };
  const auto differs = co_await parts_->services.gate.read(std::move(compare));
  if (!differs) co_return differs.error();
  if (*differs) co_return Problem{ErrorKind::internal, "shop.ledger_broken", **differs};
  boost::json::object balances;
  for (const auto& [account, balance] : report->balances) balances[account] = balance;
  co_return boost::json::object{{"entries", report->entries},
                                {"head", report->head},
                                {"signed_heads", heads->size()},
                                {"balances", std::move(balances)}};
}

Task<Result<std::optional<OrderId>>> ShopModule::paid_order(AccountId buyer, ProductId product) {
  auto work = [buyer, product](Transaction& tx) { return paid_order_of(tx, buyer, product); };
  co_return co_await parts_->services.gate.read(std::move(work));
}

Task<Result<bool>> ShopModule::on_offer(ProductId product) {
  const auto card = co_await parts_->services.showcase.offer(product);
  if (!card && card.error().kind == ErrorKind::not_found) co_return false;
  if (!card) co_return card.error();
  co_return true;
}

Task<Result<CouponCard>> ShopModule::coupon_card(CouponId coupon) {
  auto view = co_await parts_->services.coupons.staff_view(coupon);
  if (!view) co_return view.error();
  co_return CouponCard{.coupon = view->coupon,
                       .name = view->name,
                       .room = view->room,
                       .state = std::string(enum_names(view->state)[static_cast<size_t>(view->state)]),
                       .off = {.kind = std::string(enum_names(view->kind)[static_cast<size_t>(view->kind)]),
                               .amount = view->amount,
                               .percent = view->percent,
                               .cap = view->cap,
                               .threshold = view->threshold},
                       .quota = view->quota,
                       .left = view->left,
                       .per_buyer = view->per_buyer,
                       .claim_from_ms = view->claim_from_ms,
                       .claim_to_ms = view->claim_to_ms,
                       .version = view->version};
}

Task<Result<std::vector<std::string>>> ShopModule::examine() {
  co_return co_await parts_->services.caretaker.reconcile();
}

}  // namespace vitrine
