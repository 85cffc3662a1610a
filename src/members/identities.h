// Who a cookie stands for, remembered on each core so that a request costs no query: staff sessions,
// buyer sessions and the few words about each that every request needs.
//
// Owns    one bounded memory a core.
// Thread  find and card on any core, answering from that core's memory; forget from any core.
// Never   answers from memory what has ended: forgetting visits every core before it returns, and a
//         row read before a forgetting is not kept after it.
#pragma once

#include <string>
#include <vector>

#include "members/context.h"
#include "members/recent_map.h"
#include "net/caller.h"

namespace vitrine {

struct StaffIdentity {
  SessionId session;
  AccountId account;
  WallTime created;
  WallTime seen;  // as stored; written again at most once a minute
  std::string name;
  Role role = Role::support;
  bool must_change_password = false;
};
struct BuyerCard {
  std::string name;
  std::string phone_masked;  // empty for buyers who came by the merchant's token
};

class Identities {
 public:
  explicit Identities(MembersContext& context);

  // By the digest of the staff cookie; empty when ended, timed out or never there. `idle` and `most`
  // are the time-outs. Errors: `unavailable`.
  Task<Result<std::optional<StaffIdentity>>> find_staff(std::string token_digest, Milliseconds idle,
                                                        Milliseconds most);
  // Whether a buyer's session has not been ended. Errors: `unavailable`.
  Task<Result<bool>> buyer_session_lives(SessionId session);
  // Errors: `unavailable`, `not_found` "members.buyer".
  Task<Result<BuyerCard>> buyer_card(AccountId account);

  Task<void> forget_staff(AccountId account);  // all sessions of that account
  Task<void> forget_buyer_session(SessionId session);
  Task<void> forget_buyer_card(AccountId account);

 private:
  struct Memory {
    RecentMap<std::string, StaffIdentity> staff{1'000};
    RecentMap<SessionId, bool> buyer_sessions{50'000};
    RecentMap<AccountId, BuyerCard> buyer_cards{50'000};
    uint64_t forgettings = 0;
  };
  Memory& here();
  template <class Change>
  Task<void> on_all(Change change);
  Task<Result<std::optional<StaffIdentity>>> load_staff(std::string token_digest);
  Task<void> write_seen(SessionId session, WallTime seen);

  MembersContext& context_;
  std::vector<Memory> memories_;  // by core index
};

}  // namespace vitrine
