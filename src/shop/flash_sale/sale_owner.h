// The owner of the shop's hot counters: decides grabs over a whole batch in memory and writes them as a set
// (SHOP-RULES 1, 4). What is stored decides what is remembered: at each batch it reads sale and pools once
// and follows the movements others wrote since.
//
// Invariants:
//   1. Memory is what is committed and what this transaction decided; any failure drops it (forget()).
//   2. A batch writes one order row a grab, and for each pool one movement, one pool update and one event.
//   3. A pool is written only at the version it was read at: a second owner fails there.
//
// Owns    each live sale's buyers and lines.
// Thread  decide(), committed() and forget() on the database's writer; the rest from any core, from memory.
// Never   reads a clock: items bring their moment.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/guarded.h"
#include "shop/flash_sale/sale_line.h"
#include "shop/flash_sale/sale_store.h"
#include "shop/orders/grab_store.h"
#include "store/batch.h"

namespace vitrine {

struct GrabRequest {
  FlashSaleId sale{};
  SkuId sku{};
  int64_t units = 0;
  Money total{};  // as the buyer saw it
  AccountId buyer{};
  std::string buyer_masked{};
  std::string key{};
  OrderId order{};  // fresh, used when the grab is made
  bool test = false;
};

struct GrabAnswer {
  std::optional<GrabRefusal> refusal{};
  FoundGrab grab{};  // when there is none
  bool replayed = false;
};

// A grab, or, without one, a look round: sales read again, turns called.
struct SaleItem final : BatchItem {
  using Answer = GrabAnswer;
  SaleItem(std::optional<GrabRequest> request, Moment at) : grab(std::move(request)), now(at) {}
  std::optional<GrabRequest> grab;
  Moment now;
  std::optional<Result<GrabAnswer>> answer;
};

// What a buyer has to do with a sale, from memory.
struct BuyerStanding {
  bool grabbed = false;  // before, whatever became of it
  std::optional<int64_t> place{};
  std::optional<SaleLine::Turn> turn{};
  std::optional<SkuId> sku{};  // of the place or turn
};

// What the door in front of the batch needs to refuse early.
struct SaleGlance {
  SaleState state = SaleState::draft;
  SaleTimes times{};
  std::optional<Pool> pool{};  // of the variant asked for
  bool grabbed = false;        // by this buyer, before
};

class SaleOwner final : public BatchOwner {
 public:
  Result<void> decide(Transaction& tx, std::span<BatchItem* const> items) override;
  void committed() override {}
  void forget() override;

  // A live sale as last seen; empty when it is not live, or not known yet.
  std::optional<Sale> sale(FlashSaleId sale) const;
  // Where a live sale is shown.
  std::optional<std::string> room_of(FlashSaleId sale) const;
  std::vector<Sale> sales() const;
  std::optional<SaleGlance> glance(FlashSaleId sale, std::optional<SkuId> sku, AccountId buyer) const;
  BuyerStanding standing(FlashSaleId sale, AccountId buyer) const;
  // How many wait for a variant.
  size_t waiting(FlashSaleId sale, SkuId sku) const;

 private:
  struct Memory {
    Sale sale{};
    bool known = false;                               // buyers and versions are those of what is stored
    std::unordered_map<AccountId, int64_t> buyers{};  // units held or bought; all who ever grabbed
    std::map<PoolId, int64_t> versions{};
    std::map<SkuId, SaleLine> lines{};
  };
  // What one batch does to one pool.
  struct PoolWork {
    SaleSku* sku = nullptr;  // of the batch's own copy of the sale
    int64_t units = 0;
    std::vector<NewGrab> grabs{};
    std::vector<SaleLine::Turn> turns{};
  };
  using Works = std::map<SkuId, PoolWork>;
  using Items = std::vector<SaleItem*>;
  using Done = std::map<std::pair<AccountId, std::string>, const SaleItem*>;  // keys of this batch

  Result<void> look_round(Transaction& tx, const Moment& now);
  Result<void> decide_sale(Transaction& tx, FlashSaleId id, const Items& items, const Moment& now);
  static Result<void> follow(Transaction& tx, const Sale& sale, Memory& memory);
  static Result<void> decide_items(Transaction& tx, Sale& sale, Memory& memory, Works& works,
                                   const Items& items);
  static Result<bool> answer_again(Transaction& tx, const Sale& sale, const Memory& memory, SaleItem& item,
                                   const Done& done);
  static GrabAnswer decide_grab(const Sale& sale, Memory& memory, PoolWork& work, const SaleItem& item);
  static Result<void> write(Transaction& tx, const Sale& sale, PoolWork& work, WallTime at);

  Guarded<std::map<FlashSaleId, Memory>> memory_;
};

}  // namespace vitrine
