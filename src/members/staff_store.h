// SQL of staff: users, sessions, the owner's claim.
//
// Thread  the database's; every function runs inside one transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "members/identities.h"
#include "store/transaction.h"

namespace vitrine {

// What a stored password is good for.
enum class PasswordKind : uint8_t {
  own,            // chosen by its owner
  one_time,       // made by us: signs in once, then only serves to set one's own
  one_time_used,  // has signed in
};

struct StaffUser {
  AccountId account;
  std::string name;
  Role role = Role::support;
  std::string password;  // encoded hash
  PasswordKind password_kind = PasswordKind::own;
  bool disabled = false;
  WallTime created;
};
struct StaffSession {
  SessionId session;
  std::string token_digest;
  AccountId account;
  WallTime created;
  WallTime seen;
  std::string address;
  std::string user_agent;
};

// Names are one when they differ in ASCII case only.
std::string staff_name_key(std::string_view name);

Result<std::optional<StaffUser>> find_staff_user(Transaction& transaction, std::string_view name);
Result<std::optional<StaffUser>> find_staff_user(Transaction& transaction, AccountId account);
Result<std::vector<StaffUser>> list_staff_users(Transaction& transaction);
// Errors: `conflict` "members.name_taken".
Result<void> insert_staff_user(Transaction& transaction, const StaffUser& user);
Result<void> update_staff_user(Transaction& transaction, AccountId account, Role role, bool disabled);
// Replaces the password only if it is still `old_password`; whether it was.
Result<bool> replace_password(Transaction& transaction, AccountId account, const std::string& old_password,
                              const std::string& new_password, PasswordKind kind);
Result<int64_t> count_owners(Transaction& transaction);

Result<void> insert_staff_session(Transaction& transaction, const StaffSession& session);
// Empty when there is none or its user is disabled.
Result<std::optional<StaffIdentity>> find_staff_session(Transaction& transaction,
                                                        const std::string& token_digest);
Result<std::vector<StaffSession>> list_staff_sessions(Transaction& transaction, AccountId account);
// Ends one session and answers whose it was; empty when there was none.
Result<std::optional<AccountId>> delete_staff_session(Transaction& transaction, SessionId session);
// Ends all of an account but `kept` (0: none is kept).
Result<void> delete_staff_sessions(Transaction& transaction, AccountId account, SessionId kept);
Result<void> delete_old_staff_sessions(Transaction& transaction, WallTime created_before);

enum class ClaimState : uint8_t { unknown, open, used };
Result<void> insert_claim(Transaction& transaction, const std::string& token_digest, WallTime now);
Result<ClaimState> claim_state(Transaction& transaction, const std::string& token_digest);
// Every claim link ends when one is used.
Result<void> use_claims(Transaction& transaction, WallTime now);

}  // namespace vitrine
