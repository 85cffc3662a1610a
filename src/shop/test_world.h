// A whole shop for tests: the real services on a real SQLite file, a clock that stands still, and
// stand-ins for the neighbours.
//
// Owns    the cores, the folder and the services. Thread  the test's.
#pragma once

#include <map>
#include <string>

#include "shop/config.h"
#include "shop/services.h"
#include "testing/blocking.h"
#include "testing/fake_clock.h"

namespace vitrine {

// A folder in memory when the machine has one: thousands of commits without a disk.
class MemoryFolder {
 public:
  MemoryFolder();
  // One that is there already, and stays.
  explicit MemoryFolder(std::string path) : path_(std::move(path)), stays_(true) {}
  ~MemoryFolder();
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool stays_ = false;
};

class FakeMedia final : public MediaPort {
 public:
  StreamStatus status(const std::string&) const override { return now; }
  std::string play_query(const std::string&, const std::string&) const override { return {}; }
  void on_state(std::function<void(std::string, StreamState)>) override {}
  StreamStatus now;
};

class FakeOps final : public OpsPort {
 public:
  Capabilities capabilities() const override { return now; }
  Capabilities now;
};

class FakeMembers final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId address) override {
    if (address == removed) co_return Error{ErrorKind::not_found, "members.address"};
    co_return AddressSnapshot{"王小明", "+8613800001234", "上海市 浦东新区", "世纪大道 100 号"};
  }
  Task<Result<void>> audit(AuditEntry entry) override {
    if (!audit_works) co_return Error{ErrorKind::unavailable, "members.unavailable"};
    acts.push_back(entry.act);
    co_return Result<void>{};
  }
  std::vector<std::string> acts;
  std::optional<AddressId> removed;
  bool audit_works = true;
};

class ShopWorld {
 public:
  // `seed` makes ids and choices repeat.
  explicit ShopWorld(uint64_t seed = 1);
  // In a folder that outlives it.
  ShopWorld(uint64_t seed, std::string path);
  ~ShopWorld();

  // Runs `task` on the core and waits.
  template <class T>
  T run(Task<T> task) {
    return wait_on(core(), std::move(task));
  }
  // Everything that is due happens, until nothing more does.
  void settle();
  void advance(Milliseconds time);
  // Closes the shop and opens it again from its files.
  void restart();

  Core& core() { return cores.at(0); }
  AccountId buyer(const std::string& name);
  IdempotencyKey fresh_key();
  // A product with one variant; add_product also puts it on the demo room's showcase.
  std::pair<ProductId, SkuId> make_product(const std::string& name, int64_t price, int64_t stock);
  SkuId add_product(const std::string& name, int64_t price, int64_t stock);
  PlaceRequest request(const std::string& buyer, SkuId sku, int64_t quantity);
  Result<Placed> place(PlaceRequest request) { return run(services->checkout.place(std::move(request))); }
  // Places and expects no refusal.
  OrderId buy(const std::string& buyer, SkuId sku, int64_t quantity);
  PaymentId begin_payment(OrderId order, const std::string& buyer, const std::string& provider = "sandbox");
  void choose(PaymentId payment, SandboxOutcome outcome);
  OrderView order(OrderId order, const std::string& buyer);
  Pool pool(SkuId sku);
  std::vector<std::string> breaches();
  // The one integer of a query's first row.
  int64_t count(std::string sql);
  // Runs statements that no product code would: planting what must be found.
  void tamper(std::string sql);

  MemoryFolder folder;
  FakeClock clock;
  SeededRandom random;
  IdSource ids;
  FakeMedia media;
  FakeOps ops;
  FakeMembers members;
  std::map<std::string, int64_t> tiers;  // by name
  bool tiers_answer = true;
  Cores cores{1};
  std::unique_ptr<ShopServices> services;

 private:
  Task<Result<int64_t>> tier_of(AccountId account);
  void begin();
  void open();

  std::map<std::string, AccountId> buyers_;
  int64_t keys_ = 0;
};

}  // namespace vitrine
