// Where a test may look into a database's writer and break it: the production program passes none.
//
// Thread  the database's writer thread.
// Never   changes what an untroubled write does.
#pragma once

#include <cstddef>
#include <cstdint>

struct sqlite3;

namespace vitrine {

class StoreHooks {
 public:
  enum class Commit : uint8_t {
    go_on,
    refuse,  // the COMMIT is not sent and counts as failed
    lose,    // the COMMIT is sent, its answer is lost
  };
  virtual ~StoreHooks() = default;
  // SQLite only: the writer's connection was opened (again) and has its settings.
  virtual void opened(sqlite3* /*connection*/) {}
  virtual Commit before_commit(size_t /*requests*/) { return Commit::go_on; }
};

}  // namespace vitrine
