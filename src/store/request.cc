#include "store/request.h"

#include <algorithm>

#include "base/log.h"

namespace vitrine {
namespace {

template <class F>
Result<void> guarded(F run) {
  try {
    return run();
  } catch (const std::exception& thrown) {
    log_error("store.closure_threw", {{"what", thrown.what()}});
  } catch (...) {
    log_error("store.closure_threw", {{"what", "not a std::exception"}});
  }
  return Error{ErrorKind::internal, "store.closure_threw"};
}

}  // namespace

Result<void> run_guarded(Database::Job& job, Transaction& transaction) {
  return guarded([&] { return job.run(transaction); });
}

Result<void> decide_guarded(BatchOwner& owner, Transaction& transaction, std::span<BatchItem* const> items) {
  return guarded([&] { return owner.decide(transaction, items); });
}

std::vector<BatchOwner*> owners_of(const std::vector<StoreRequest>& requests) {
  std::vector<BatchOwner*> out;
  for (const StoreRequest& request : requests) {
    if (request.owner == nullptr || std::find(out.begin(), out.end(), request.owner) != out.end()) continue;
    out.push_back(request.owner);
  }
  return out;
}

}  // namespace vitrine
