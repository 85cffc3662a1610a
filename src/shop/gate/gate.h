// The one way into the shop's database. Writing stops here when an invariant broke (the shop is
// *fenced*, SHOP-RULES 8): reads go on, the reason is kept in a row and told to /readyz and doctor.
//
// Owns    the database once it is open, and the fence.
// Thread  write(), write_batch(), read(), raise(), lift() and why() from any core; open() and close() by
//         the module.
// Never   ends the process, or lets a write pass a raised fence.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "runtime/guarded.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kGateTables = R"sql(
CREATE TABLE fence (
  shop_id TEXT NOT NULL PRIMARY KEY, why TEXT NOT NULL, at_ms BIGINT NOT NULL);
)sql";

// Refusals of writes while the fence is up, and of everything before the database is open.
inline constexpr Error kFenced{ErrorKind::unavailable, "shop.fenced"};
inline constexpr Error kShopUnavailable{ErrorKind::unavailable, "shop.unavailable"};

// A broken invariant found inside a transaction: a CHECK of the schema fired, or a closure answered
// one of our "shop.broken_..." reasons. Input never causes these.
bool breaks_invariant(Error error);
// Whether a fence row stands, left by this process or a former one; true too when it cannot be read.
bool fence_stands(Transaction& tx);

class Gate {
 public:
  explicit Gate(const Clock& clock) : clock_(clock) {}

  void open(std::unique_ptr<Database> database);
  void close();
  // Null until open().
  Database* database() const { return open_.load(); }

  // As Database::write and Database::read. Errors besides theirs: kShopUnavailable, and for write
  // kFenced. A closure that breaks an invariant is rolled back and raises the fence.
  template <class Work>
  auto write(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    Database* database = open_.load();
    if (database == nullptr) co_return kShopUnavailable;
    Behind<Work> behind{&closed_, std::move(work)};
    auto answer = co_await database->write(std::move(behind));
    if (!answer.ok() && breaks_invariant(answer.error())) {
      co_await raise(std::string(answer.error().reason));
      co_return kFenced;
    }
    co_return std::move(answer);
  }
  // As Database::write_batch, with the same errors besides. Whether the fence stands in the database is the
  // owner's to ask, once a batch.
  template <class Item>
  auto write_batch(BatchOwner& owner, Item item) -> Task<Result<typename Item::Answer>> {
    Database* database = open_.load();
    if (database == nullptr) co_return kShopUnavailable;
    if (closed_.load()) co_return kFenced;
    auto answer = co_await database->write_batch(owner, std::move(item));
    if (!answer.ok() && breaks_invariant(answer.error())) {
      co_await raise(std::string(answer.error().reason));
      co_return kFenced;
    }
    co_return std::move(answer);
  }
  template <class Work>
  auto read(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
    Database* database = open_.load();
    if (database == nullptr) co_return kShopUnavailable;
    co_return co_await database->read(std::move(work));
  }

  // Fences the shop at once, in memory, and writes the reason so that a restart stays fenced.
  Task<void> raise(std::string why);
  // Opens the shop again after its data was found whole. Errors: the database's.
  Task<Result<void>> lift();
  // Takes the fence a former process left into memory, so that why() tells it. Errors: the database's.
  Task<Result<void>> load();

  bool fenced() const { return closed_.load(); }
  // Why the shop is fenced; empty when it is not.
  std::string why() const {
    return why_.with([](const std::string& why) { return why; });
  }

 private:
  template <class Work>
  struct Behind {
    const std::atomic<bool>* closed;
    Work work;
    auto operator()(Transaction& tx) -> std::invoke_result_t<Work&, Transaction&> {
      if (closed->load() || fence_stands(tx)) return kFenced;
      return work(tx);
    }
  };

  const Clock& clock_;
  std::unique_ptr<Database> database_;
  std::atomic<Database*> open_{nullptr};
  std::atomic<bool> closed_{false};
  Guarded<std::string> why_;
};

}  // namespace vitrine
