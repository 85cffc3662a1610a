// The routes of buyers: codes, sessions, addresses, and the sandbox's messages for staff.
//
// Thread  routes from any core; handlers on members' home core.
#pragma once

#include "members/address_book.h"
#include "members/me_api.h"
#include "members/metrics.h"

namespace vitrine {

class BuyerApi {
 public:
  struct Parts {
    MembersContext& context;
    Identities& identities;
    BuyerService& buyers;
    SandboxSms& sms;
    AddressBook& addresses;
    MeApi& me;
    MembersMetrics& metrics;
  };
  explicit BuyerApi(Parts parts) : parts_(parts), door_(parts.context) {}

  void add_routes(Router& router);

 private:
  void add_address_routes(Router& router);
  Task<Reply<CodeSentView>> send_code(Call call, CodeBody body);
  Task<Reply<MeView>> sign_in(Call call, BuyerSignInBody body);
  Task<Reply<NoContent>> sign_out(Call call);
  Task<Reply<SmsList>> messages(Call call);
  Task<Reply<AddressList>> addresses(Call call);
  Task<Reply<AddressView>> add_address(Call call, AddressBody body);
  Task<Reply<AddressView>> change_address(Call call, AddressBody body);
  Task<Reply<NoContent>> remove_address(Call call);

  Parts parts_;
  HomeDoor door_;
  AttemptLimiter noted_readers_{std::chrono::minutes(10)};
};

}  // namespace vitrine
