// A database for simulations: SQLite in memory, run on the caller's thread, that fails where the seed says.
//
// Owns    SimStorage: what survives a crash (the committed rows) and the plan of faults.
// Thread  one; nothing ever waits.
// Never   loses what it answered as done, unless a mutant makes it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/database.h"
#include "store/sqlite/connection.h"

namespace vitrine {

// How a commit may end.
enum class SimEnd : uint8_t {
  commit,
  refuse,        // rolled back; the caller is told it is unknown or unavailable
  lose,          // committed; the caller is told it is unknown
  crash_before,  // rolled back, and the process is gone
  crash_after,   // committed, and the process is gone before it could say so
};
inline constexpr std::array<std::string_view, 5> kSimEnds{"commit", "refuse", "lose", "crash_before",
                                                          "crash_after"};

// Code that is wrong on purpose: what it does to the statements that contain `text`.
struct Mutant {
  enum class Kind : uint8_t {
    skip,    // says it changed a row and does nothing
    change,  // adds `by` to parameter `place` (from 0)
    blind,   // a query finds nothing
    early,   // answers before the commit, which then does not happen
    untold,  // events of kind `text` are never told
  };
  std::string_view name;
  Kind kind = Kind::skip;
  std::string_view text{};
  size_t place = 0;
  int64_t by = 0;
};

class SimStorage {
 public:
  SimStorage(uint64_t seed, const std::vector<Migration>& migrations);

  // One in `one_in` commits ends badly; 0: none.
  void set_faults(uint64_t one_in) { one_in_ = one_in; }
  void set_mutant(const Mutant* mutant) { mutant_ = mutant; }
  bool crashed() const { return crashed_; }
  void come_back() { crashed_ = false; }
  SqliteConnection& connection() { return *connection_; }
  // How often each end came.
  const std::array<int64_t, 5>& ends() const { return ends_; }
  // Events of committed transactions since the last call.
  std::vector<OutboxEvent> take_events() { return std::exchange(events_, {}); }

  // Runs `step` in a transaction of its own.
  Result<void> transact(const std::function<Result<void>(Transaction&)>& step);
  Result<void> look(const std::function<Result<void>(Transaction&)>& step);

 private:
  SimEnd plan();

  SeededRandom random_;
  std::unique_ptr<SqliteConnection> connection_;
  uint64_t one_in_ = 0;
  const Mutant* mutant_ = nullptr;
  bool crashed_ = false;
  std::array<int64_t, 5> ends_{};
  std::vector<OutboxEvent> events_;
};

// What a shop opens: one for each life of the process.
class SimDatabase final : public Database {
 public:
  explicit SimDatabase(SimStorage& storage) : storage_(storage) {}
  std::optional<Error> health() const override { return std::nullopt; }
  const std::string& name() const override { return name_; }
  void on_outbox(std::function<void()>) override {}
  void close() override {}

 protected:
  Task<Result<void>> submit(Door door, std::shared_ptr<Job> job) override;
  Task<Result<void>> submit_batch(BatchOwner& owner, std::shared_ptr<BatchItem> item) override;

 private:
  SimStorage& storage_;
  std::string name_ = "shop";
};

}  // namespace vitrine
