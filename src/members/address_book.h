// A buyer's addresses: at most twenty, one of them the default, every field sealed at rest.
//
// Thread  any core.
// Never   answers an address to anybody but its owner.
#pragma once

#include <vector>

#include "contract/members.h"
#include "members/context.h"
#include "store/idempotency.h"

namespace vitrine {

inline constexpr int64_t kAddressesMax = 20;

struct Address {
  AddressId address;
  AddressSnapshot to;
  bool is_default = false;
};

class AddressBook {
 public:
  explicit AddressBook(MembersContext& context) : context_(context) {}

  // The default first, then the newest.
  Task<Result<std::vector<Address>>> list(AccountId account);
  // Errors: `not_found` "members.address".
  Task<Result<Address>> find(AccountId account, AddressId address);
  // The first address is the default whatever is asked. A replayed key answers the address it made.
  // Errors: `conflict` "members.addresses_full"; `not_found` "members.address" when a replayed key's
  // address was removed since.
  struct Added {
    Address address;
    bool replayed = false;
  };
  Task<Result<Added>> add(AccountId account, AddressSnapshot to, bool is_default, IdempotencyKey key);
  // Errors: `not_found` "members.address".
  Task<Result<Address>> change(AccountId account, AddressId address, AddressSnapshot to, bool is_default);
  // The newest of the rest becomes the default when the default goes. Errors: as change().
  Task<Result<void>> remove(AccountId account, AddressId address);

 private:
  MembersContext& context_;
};

}  // namespace vitrine
