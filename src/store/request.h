// A closure or an item of a batch on its way to a database thread, with the way back for its answer.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "store/database.h"

namespace vitrine {

struct StoreRequest {
  std::shared_ptr<Database::Job> job;  // a closure, or
  BatchOwner* owner = nullptr;         // an item for this owner
  std::shared_ptr<BatchItem> item;
  // Posts the outcome to the caller's executor; called exactly once, from the database's thread.
  std::move_only_function<void(Result<void>)> answer;
};

// Runs a closure; what it throws becomes `internal` "store.closure_threw".
Result<void> run_guarded(Database::Job& job, Transaction& transaction);
// The same for an owner's decision.
Result<void> decide_guarded(BatchOwner& owner, Transaction& transaction, std::span<BatchItem* const> items);

// The owners with items in the batch, in the order they came.
std::vector<BatchOwner*> owners_of(const std::vector<StoreRequest>& requests);

}  // namespace vitrine
