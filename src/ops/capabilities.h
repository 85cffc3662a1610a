// Which capabilities of the shop are switched on: stored, answered from memory, told to others by an
// event of the same transaction (DESIGN 2).
//
// Owns    one row of ops.sqlite and its copy in memory.
// Thread  now() from any; load() and change() on one home core.
// Never   shows a switch in memory before it is durable.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "contract/ops.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kOpsTables1 = R"sql(
CREATE TABLE capabilities (
  shop_id TEXT NOT NULL PRIMARY KEY,
  selling BIGINT NOT NULL, chat BIGINT NOT NULL,
  version BIGINT NOT NULL, changed_ms BIGINT NOT NULL);
)sql";

inline std::vector<Migration> ops_migrations() {
  return {{1, kOpsTables1}};
}

struct CapabilitiesChange {
  std::optional<bool> selling;
  std::optional<bool> chat;
};

class CapabilitySwitch {
 public:
  Capabilities now() const { return unpack(packed_.load()); }
  // Errors: `unavailable`.
  Task<Result<void>> load(Database* database);
  // What is empty stays as it is; nothing changed emits nothing. Answers what is on afterwards.
  // Errors: those of Database::write.
  Task<Result<Capabilities>> change(Database* database, CapabilitiesChange change, WallTime at);

 private:
  struct Stored {
    Capabilities capabilities;
    int64_t version = 0;
  };
  static Result<Stored> read_row(Transaction& transaction);
  static Capabilities unpack(uint8_t bits) { return {(bits & 1) != 0, (bits & 2) != 0}; }
  void keep(const Stored& stored);

  std::atomic<uint8_t> packed_{3};
  int64_t version_ = 0;  // of what is in memory: answers may come back in another order
};

}  // namespace vitrine
