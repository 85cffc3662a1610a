// The tier of a buyer, as members know it: which member prices are theirs.
//
// Owns    nothing. Thread  any core.
// Never   stops a sale: when members cannot say, the buyer has no tier and the base price holds.
#pragma once

#include <functional>
#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

using AskTier = std::function<Task<Result<int64_t>>(AccountId)>;

class Tiers {
 public:
  // Without `ask` nobody has a tier.
  explicit Tiers(AskTier ask) : ask_(std::move(ask)) {}

  // 0 for a guest.
  Task<int64_t> of(std::optional<AccountId> buyer) const {
    if (!buyer || !ask_) co_return 0;
    const auto tier = co_await ask_(*buyer);
    co_return tier ? *tier : 0;
  }

 private:
  AskTier ask_;
};

}  // namespace vitrine
