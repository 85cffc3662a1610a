// Flash sales as staff run them and buyers meet them. Everything but a grab is an ordinary closure; grabs
// go through the batch door to the owner, after a door of our own that answers early what memory knows.
//
// Owns    the owner's memory and the key of admission tokens (a restart voids them; pages ask again).
// Thread  any core; keep_time() and tick() from one.
// Never   lets a grab pass before the start, or answers one before its commit.
#pragma once

#include <atomic>
#include <string>

#include "contract/ops.h"
#include "net/token.h"
#include "shop/flash_sale/sale_dto.h"
#include "shop/flash_sale/sale_owner.h"
#include "shop/flash_sale/sale_units.h"
#include "shop/gate/gate.h"
#include "shop/gate/request_key.h"

namespace vitrine {

struct SaleNeeds {
  Gate& gate;
  const Clock& clock;
  IdSource& ids;
  Random& random;
  const SaleUnits& units;
  const OpsPort& ops;
  bool test = false;  // play money is taken here
};

struct GrabCall {
  FlashSaleId sale{};
  GrabDraft draft{};
  AccountId buyer{};
  std::string buyer_name{};  // shown masked
  std::string key{};
};

// A step of staff that could not be done, and for which variant.
struct SaleRefusal {
  Error error;
  std::optional<SkuId> sku{};
  std::optional<int64_t> free{};
};

class SaleService {
 public:
  explicit SaleService(SaleNeeds needs);

  // Errors: `not_found` "shop.sku", `conflict` "shop.not_on_offer", `invalid_input` "shop.flash_price" (above
  // the list price, or another currency) | "shop.flash_twice" (a variant named twice).
  Task<Result<Made<FlashSaleId>>> create(IdempotencyKey key, FlashSaleDraft draft, std::string actor);
  // Only a draft. Errors: as create, and `conflict` "shop.flash_state".
  Task<Result<void>> change(FlashSaleId sale, FlashSaleDraft draft);
  Task<Result<void>> remove(FlashSaleId sale);
  // A draft with a start to come: its units are taken from the stock. Errors: `conflict` "shop.flash_state" |
  // "shop.flash_start" (no start, or it has passed); the refusal "shop.stock_short".
  Task<Result<std::optional<SaleRefusal>>> schedule(FlashSaleId sale, std::string actor);
  // Opens now, open_delay later; units are taken as by schedule.
  Task<Result<std::optional<SaleRefusal>>> start(FlashSaleId sale, std::string actor);
  // Doing it again changes nothing. Errors of these: `conflict` "shop.flash_state".
  Task<Result<void>> pause(FlashSaleId sale, std::string actor);
  Task<Result<void>> resume(FlashSaleId sale, std::string actor);
  // Ends it for good; holds stay with price and deadline.
  Task<Result<void>> stop(FlashSaleId sale, std::string actor);

  Task<Result<FlashSaleView>> view(FlashSaleId sale, bool drafts);
  Task<Result<FlashSalePage>> list(SaleQuery query);

  // Where a live sale is shown; from memory.
  std::optional<std::string> room_of(FlashSaleId sale) const { return owner_.room_of(sale); }
  // A token for one buyer and sale. Errors: closed_refusal's, `not_found` "shop.flash_sale", `forbidden`
  // "shop.selling_off".
  Task<Result<AdmissionView>> admit(FlashSaleId sale, AccountId buyer);
  // Errors besides refusals: `conflict` "shop.admission" (a token missing, foreign or run out), and admit's.
  Task<Result<GrabAnswer>> grab(GrabCall call);
  Task<Result<StandingView>> standing(FlashSaleId sale, AccountId buyer);

  // Whether a sale has to move because time passed; from memory, so it may be asked often.
  bool due() const;
  // Moves states as time passed and settles what has ended.
  Task<void> keep_time();
  // Both of what time brings, once a second: states, and turns in the lines of live sales.
  Task<void> tick();

 private:
  // Lets the owner read sales again and call whose turn it is.
  Task<void> look_round();
  Moment now() const { return {needs_.clock.wall(), needs_.clock.boot()}; }
  FlashSaleView view_of(const Sale& sale) const;
  Result<Sale> build(Transaction& tx, FlashSaleId id, const FlashSaleDraft& draft, WallTime at) const;
  Result<std::optional<SaleRefusal>> begin(Transaction& tx, FlashSaleId id, bool by_hand,
                                           const OrderCause& cause) const;
  Result<void> end(Transaction& tx, Sale& sale, const OrderCause& cause) const;
  Result<void> advance(Transaction& tx, FlashSaleId id, WallTime at) const;
  Task<Result<std::optional<SaleRefusal>>> begin_now(FlashSaleId sale, bool by_hand, std::string actor);
  Task<Result<void>> step(FlashSaleId sale, SaleState to, std::string cause, std::string actor);
  // Why a sale that memory does not know cannot be grabbed from.
  Task<Error> why_absent(FlashSaleId sale);
  // The order a key made in this sale before, or `otherwise` (SHOP-RULES 17).
  Task<Result<GrabAnswer>> grabbed_before(GrabCall call, Result<GrabAnswer> otherwise);
  std::optional<Error> early_refusal(const SaleGlance& glance, WallTime received) const;

  SaleNeeds needs_;
  TokenSigner signer_;
  SaleOwner owner_;
  std::atomic<bool> looked_{false};  // memory knows which sales are live
};

}  // namespace vitrine
