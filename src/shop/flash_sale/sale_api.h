// HTTP of flash sales: /v1/flash-sales for buyers, /v1/shop/flash-sales for staff.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/members.h"
#include "contract/rooms.h"
#include "net/router.h"
#include "shop/flash_sale/sale_service.h"
#include "shop/gate/staff_act.h"

namespace vitrine {

class SaleApi {
 public:
  // `rooms` is null when rooms do not run here.
  SaleApi(SaleService& service, MembersPort& members, const RoomsPort* rooms)
      : service_(service), members_(members), rooms_(rooms) {}
  void add_routes(Router& router);

 private:
  using Step = Task<Result<void>> (SaleService::*)(FlashSaleId, std::string);
  using Beginning = Task<Result<std::optional<SaleRefusal>>> (SaleService::*)(FlashSaleId, std::string);
  void add_buyer_routes(Router& router);
  void add_staff_routes(Router& router);
  void add_step(Router& router, std::string_view path, std::string_view operation, std::string_view summary,
                Step step);
  void add_beginning(Router& router, std::string_view path, std::string_view operation,
                     std::string_view summary, Beginning beginning);

  Task<Reply<FlashSalePage>> list_of_room(Call call);
  Task<Reply<FlashSaleView>> get(Call call);
  Task<Reply<AdmissionView>> admit(Call call);
  Task<Reply<GrabView>> grab(Call call, GrabDraft draft);
  Task<Reply<StandingView>> standing(Call call);
  bool is_rehearsed(FlashSaleId sale) const;

  Task<Reply<FlashSalePage>> list(Call call);
  Task<Reply<FlashSaleView>> staff_get(Call call);
  Task<Reply<FlashSaleView>> create(Call call, FlashSaleDraft draft);
  Task<Reply<FlashSaleView>> change(Call call, FlashSaleDraft draft);
  Task<Reply<NoContent>> remove(Call call);
  Task<Reply<FlashSaleView>> run_step(Call call, std::string act, Step step);
  Task<Reply<FlashSaleView>> run_beginning(Call call, std::string act, Beginning beginning);
  Task<Reply<FlashSaleView>> after(Call call, std::string act, FlashSaleId sale);

  SaleService& service_;
  MembersPort& members_;
  const RoomsPort* rooms_;
};

}  // namespace vitrine
