// The batch door of group commit (DESIGN 4.2, SHOP-RULES 1): one owner of hot counters decides over
// everything that waits for it at once and writes it as a set; the commit that carries the set answers all.
//
//   struct GrabItem final : BatchItem { using Answer = Grabbed; ...; std::optional<Result<Grabbed>> answer;
//   }; const Result<Grabbed> grabbed = co_await database.write_batch(owner, GrabItem{...});
//
// Owns    nothing. Thread  the database's writer.
// Never   answers by itself: the writer does, after the commit.
#pragma once

#include <span>

#include "store/transaction.h"

namespace vitrine {

// One waiting request with a place for its answer.
class BatchItem {
 public:
  virtual ~BatchItem() = default;
};

// An owner keeps in memory what is committed and what it decided since. Everything is called on the
// writer's thread, one at a time.
class BatchOwner {
 public:
  virtual ~BatchOwner() = default;
  // Decides every item, writes what follows and sets the answers. Refusals are answers. An Error writes
  // nothing: what was written is rolled back, forget() is called and the items are decided again one by
  // one; an Error then is that item's own.
  virtual Result<void> decide(Transaction& tx, std::span<BatchItem* const> items) = 0;
  // All decisions since the last committed() or forget() are durable; called before anybody is answered.
  virtual void committed() = 0;
  // They are not, or nobody knows: the next decision begins from what is stored.
  virtual void forget() = 0;
};

}  // namespace vitrine
