// What staff do with their own accounts: claim the shop, sign in and out, make and change users,
// change passwords.
//
// Owns    the password threads and the limits on sign-ins.
// Thread  members' home core.
// Never   says which of name and password was wrong, or keeps a token or password readable.
#pragma once

#include "members/attempt_limiter.h"
#include "members/config.h"
#include "members/identities.h"
#include "members/passwords.h"
#include "members/staff_store.h"
#include "net/problem.h"
#include "net/router.h"
#include "store/idempotency.h"

namespace vitrine {

struct StaffSignedIn {
  std::string token;  // the cookie's value: 256 random bits, stored only as SHA-256
  StaffCaller caller;
  bool must_change_password = false;
};
struct NewStaffUser {
  StaffUser user;
  std::string password;  // readable, this once
  bool replayed = false;
};
struct StaffChange {
  std::optional<Role> role;
  std::optional<bool> disabled;
};

class StaffService {
 public:
  StaffService(MembersContext& context, Identities& identities)
      : context_(context), identities_(identities) {}

  // A fresh claim token when the shop has no owner yet; empty when it has one. Earlier tokens stay
  // valid until one is used.
  Task<Result<std::optional<std::string>>> make_claim();
  // Problems: 410 "members.claim_used", 404 "members.claim_unknown", 409 "members.name_taken".
  Task<Reply<StaffSignedIn>> claim(std::string token, std::string name, std::string password, Origin origin);

  // `old_session` (0: none) ends with the new one's start. Problems: 401 "members.wrong_credentials",
  // 401 "members.one_time_used", 429 "members.too_many_attempts", 503 "members.sign_in_queue_full".
  Task<Reply<StaffSignedIn>> sign_in(std::string name, std::string password, SessionId old_session,
                                     Origin origin);
  // Ends a session: one's own, or anybody's with staff.manage. Problems: 404 "members.session".
  Task<Reply<NoContent>> end_session(StaffCaller caller, SessionId session, Origin origin);
  Task<Result<std::vector<StaffSession>>> sessions(AccountId account);

  Task<Result<std::vector<StaffUser>>> users();
  // With an empty `password` a one-time one is made. `actor` 0 is the command line. The one-time
  // password is a function of the account and our key, so a replay answers the same.
  // Errors: `conflict` "members.name_taken"; `invalid_input` "members.name_..."; as PasswordHasher.
  Task<Result<NewStaffUser>> add_user(std::string name, Role role, std::string password, AccountId actor,
                                      Origin origin, std::optional<IdempotencyKey> key);
  // Problems: 404 "members.user", 409 "members.last_owner".
  Task<Reply<StaffUser>> change_user(AccountId account, StaffChange change, AccountId actor, Origin origin);
  // Ends the account's other sessions. Problems: 401 "members.wrong_credentials", 429 as sign_in.
  Task<Reply<NoContent>> change_password(StaffCaller caller, std::string current, std::string fresh,
                                         Origin origin);

  size_t passwords_inside() const { return hasher_.inside(); }

 private:
  std::optional<Problem> too_many(const std::string& account_key, const Origin& origin);
  void was_right(const std::string& account_key, const Origin& origin);
  StaffSession new_session(AccountId account, const std::string& token, const Origin& origin);
  std::string one_time_password(AccountId account) const;

  MembersContext& context_;
  Identities& identities_;
  PasswordHasher hasher_;
  AttemptLimiter by_account_{Milliseconds(60'000)};
  AttemptLimiter by_address_{Milliseconds(60'000)};
};

}  // namespace vitrine
