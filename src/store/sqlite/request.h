// A closure on its way to a database thread, with the way back for its answer.
#pragma once

#include <functional>
#include <memory>

#include "store/database.h"

namespace vitrine {

struct SqliteRequest {
  std::shared_ptr<Database::Job> job;
  // Posts the outcome to the caller's executor; called exactly once, from the database's thread.
  std::move_only_function<void(Result<void>)> answer;
};

// Runs a closure; what it throws becomes `internal` "store.closure_threw".
Result<void> run_guarded(Database::Job& job, Transaction& transaction);

}  // namespace vitrine
