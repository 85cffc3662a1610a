#include "shop/test_world.h"
#include "testing/postgres_server.h"

#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

namespace vitrine {

MemoryFolder::MemoryFolder() {
  std::error_code ignored;
  const bool memory = std::filesystem::is_directory("/dev/shm", ignored) && ::access("/dev/shm", W_OK) == 0;
  const auto parent = memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
  std::string name = (parent / "vitrine-shop-XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "a folder for the test");
  path_ = name;
}

MemoryFolder::~MemoryFolder() {
  if (stays_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ShopWorld::ShopWorld(uint64_t seed) : random(seed), ids(clock, random) {
  begin();
}

ShopWorld::ShopWorld(uint64_t seed, std::string path)
    : folder(std::move(path)), random(seed), ids(clock, random) {
  begin();
}

void ShopWorld::begin() {
  cores.at(0).set_config(std::make_shared<const Config>(shop_config_keys()));
  cores.start();
  open();
}

ShopWorld::~ShopWorld() {
  services->gate.close();
  cores.stop();
}

void ShopWorld::open() {
  services = std::make_unique<ShopServices>(
      ServiceNeeds{.clock = clock,
                   .random = random,
                   .ids = ids,
                   .data_directory = folder.path(),
                   .media = media,
                   .ops = ops,
                   .members = members,
                   .publish_delay = [] { return Milliseconds(200); },
                   .sandbox = true,
                   .manual = true,
                   .ask_tier = [this](AccountId account) { return tier_of(account); }});
  const auto opened = services->open(folder.path(), test_database_url(folder.path()));
  check(opened.ok(), "the shop opens");
  run(services->caretaker.tick());
}

Task<Result<int64_t>> ShopWorld::tier_of(AccountId account) {
  if (!tiers_answer) co_return Error{ErrorKind::unavailable, "members.unavailable"};
  for (const auto& [name, tier] : tiers) {
    if (buyer(name) == account) co_return tier;
  }
  co_return 0;
}

void ShopWorld::restart() {
  services->gate.close();
  services.reset();
  open();
}

void ShopWorld::settle() {
  // A choice at the cashier, its notice, what follows from it and a refund are one round each at most.
  for (int round = 0; round < 4; ++round) run(services->caretaker.tick());
}

void ShopWorld::advance(Milliseconds time) {
  clock.advance(time);
  settle();
}

AccountId ShopWorld::buyer(const std::string& name) {
  auto& id = buyers_[name];
  if (!id) id = ids.next<AccountId>();
  return id;
}

IdempotencyKey ShopWorld::fresh_key() {
  return {"test", std::to_string(++keys_), "digest"};
}

std::pair<ProductId, SkuId> ShopWorld::make_product(const std::string& name, int64_t price, int64_t stock) {
  ProductDraft draft{.name = name, .variants = {{std::nullopt, "one size", {price, {}}, stock}}};
  const auto made = run(services->catalog.create(fresh_key(), draft, "usr_test"));
  check(made.ok(), "the product is made");
  return {made->id, run(services->catalog.product(made->id)).value().variants.front().sku};
}

SkuId ShopWorld::add_product(const std::string& name, int64_t price, int64_t stock) {
  const auto [product, sku] = make_product(name, price, stock);
  std::vector<ProductId> products;
  const auto view = run(services->showcase.view("demo")).value();
  for (const Card& card : view.items) products.push_back(card.product);
  products.push_back(product);
  check(run(services->showcase.arrange("demo", products)).ok(), "the showcase takes it");
  return sku;
}

PlaceRequest ShopWorld::request(const std::string& name, SkuId sku, int64_t quantity) {
  auto look = [sku](Transaction& tx) { return find_offer(tx, sku); };
  const Offer offer = run(services->gate.read(std::move(look))).value();
  return {.key = fresh_key(),
          .buyer = buyer(name),
          .buyer_name = name,
          .room = "demo",
          .lines = {{sku, quantity, offer.price_version}},
          .total = multiply(offer.price, quantity).value(),
          .address = AddressId{1},
          .test = true};
}

OrderId ShopWorld::buy(const std::string& name, SkuId sku, int64_t quantity) {
  const auto placed = place(request(name, sku, quantity));
  EXPECT_TRUE(placed.ok() && !placed->refusal);
  return placed->order;
}

PaymentId ShopWorld::begin_payment(OrderId order, const std::string& name, const std::string& provider) {
  const auto made = run(services->desk.begin(fresh_key(), order, buyer(name), provider));
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().reason);
  return made.ok() ? made->id : PaymentId{};
}

void ShopWorld::choose(PaymentId payment, SandboxOutcome outcome) {
  EXPECT_TRUE(run(services->sandbox.choose(payment, outcome)).ok());
  settle();
}

OrderView ShopWorld::order(OrderId order, const std::string& name) {
  return run(services->checkout.order(order, buyer(name))).value();
}

Pool ShopWorld::pool(SkuId sku) {
  auto look = [sku](Transaction& tx) { return pool_of(tx, sku); };
  return run(services->gate.read(std::move(look))).value();
}

std::vector<std::string> ShopWorld::breaches() {
  return run(services->caretaker.reconcile()).value();
}

int64_t ShopWorld::count(std::string sql) {
  auto look = [sql](Transaction& tx) -> Result<int64_t> {
    auto rows = tx.query(sql);
    if (!rows) return rows.error();
    return rows->front().integer(0);
  };
  return run(services->gate.read(std::move(look))).value();
}

void ShopWorld::tamper(std::string sql) {
  auto work = [sql](Transaction& tx) -> Result<void> {
    auto done = tx.execute(sql);
    if (!done) return done.error();
    return {};
  };
  const auto done = run(services->gate.database()->write(std::move(work)));
  check(done.ok(), "the statement runs");
}

}  // namespace vitrine
