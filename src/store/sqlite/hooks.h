// Where a test may look into the SQLite adapter and break it: the production program passes none.
//
// Thread  the database's writer thread.
// Never   changes what an untroubled write does.
#pragma once

#include <cstddef>
#include <cstdint>

struct sqlite3;

namespace vitrine {

class SqliteHooks {
 public:
  enum class Commit : uint8_t {
    go_on,
    refuse,  // the COMMIT is not sent and counts as failed
    lose,    // the COMMIT is sent, its answer is lost
  };
  virtual ~SqliteHooks() = default;
  // The writer's connection was opened (again) and has its settings.
  virtual void opened(sqlite3* /*connection*/) {}
  virtual Commit before_commit(size_t /*requests*/) { return Commit::go_on; }
};

}  // namespace vitrine
