#include "members/staff_service.h"

#include "base/digest.h"
#include "base/hex.h"
#include "members/audit.h"
#include "members/display_name.h"
#include "members/rights.h"
#include "net/client_address.h"

namespace vitrine {
namespace {

constexpr size_t kUserAgentBytesMax = 200;
// Past every session's time-out; rows older than this are cleared.
constexpr std::chrono::hours kSessionRowLife{24 * 90};
constexpr Error kWrongCredentials{ErrorKind::unauthenticated, "members.wrong_credentials"};

StaffCaller caller_of(const StaffUser& user, SessionId session) {
  return {.id = user.account,
          .name = user.name,
          .role = user.role,
          .rights = rights_of(user.role),
          .session = session};
}

std::string state_of(const StaffUser& user) {
  return user.name + " " + std::string(enum_names(user.role)[static_cast<size_t>(user.role)]) +
         (user.disabled ? " disabled" : "");
}

// A sign-in whose password was right.
struct SignInPlan {
  StaffUser user;  // as it shall be stored: rehashed, its one-time password used up
  std::string old_password;
  PasswordKind old_kind;
  StaffSession session;
  SessionId old_session;
  std::string audit_key;
};

// Answers whose session `old_session` was.
Result<AccountId> commit_sign_in(Transaction& transaction, const SignInPlan& plan) {
  const StaffUser& user = plan.user;
  const StaffSession& session = plan.session;
  // Somebody may have changed, used or disabled the account while the password was hashed.
  const auto now = find_staff_user(transaction, user.account);
  if (!now) return now.error();
  const bool same = *now && !(*now)->disabled && (*now)->password_kind == plan.old_kind;
  if (!same) return kWrongCredentials;
  const auto kept =
      replace_password(transaction, user.account, plan.old_password, user.password, user.password_kind);
  if (!kept) return kept.error();
  if (!*kept) return kWrongCredentials;
  const auto ended = delete_staff_session(transaction, plan.old_session);
  if (!ended) return ended.error();
  auto cleared = delete_old_staff_sessions(transaction, session.created + -kSessionRowLife);
  if (!cleared) return cleared.error();
  if (auto begun = insert_staff_session(transaction, session); !begun) return begun.error();
  auto noted = append_audit(transaction, plan.audit_key,
                            {.actor = user.account,
                             .act = "staff.sign_in",
                             .subject = session.session.str(),
                             .ip = session.address},
                            session.created);
  if (!noted) return noted.error();
  return ended->value_or(AccountId{});
}

// A user to add, once for each key.
struct AddPlan {
  StaffUser user;
  AccountId actor;
  std::string address;
  std::optional<IdempotencyKey> key;
  std::string audit_key;
};

// Answers the user added, or the one this key added before.
Result<StaffUser> commit_user(Transaction& transaction, const AddPlan& plan) {
  const StaffUser& user = plan.user;
  if (plan.key) {
    const auto before = find_effect(transaction, *plan.key);
    if (!before) return before.error();
    if (*before) {
      const auto earlier = find_staff_user(transaction, AccountId{**before});
      if (!earlier) return earlier.error();
      if (*earlier) return **earlier;
    }
  }
  if (auto added = insert_staff_user(transaction, user); !added) return added.error();
  if (plan.key) {
    auto kept = record_effect(transaction, *plan.key, user.account.value, user.created);
    if (!kept) return kept.error();
  }
  auto noted = append_audit(transaction, plan.audit_key,
                            {.actor = plan.actor,
                             .act = "staff.add",
                             .subject = user.account.str(),
                             .ip = plan.address,
                             .after = state_of(user)},
                            user.created);
  if (!noted) return noted.error();
  return user;
}

}  // namespace

// Every attempt counts before it is judged, so that many at once cannot slip through; right ones are
// given back.
std::optional<Problem> StaffService::too_many(const std::string& account_key, const Origin& origin) {
  const MonotonicTime now = context_.clock.monotonic();
  const Config& config = Core::current()->config();
  const std::string address = address_group(origin.address);
  Milliseconds wait = by_address_.try_one(address, config.get(kSignInsPerAddress), now);
  if (wait.count() == 0) wait = by_account_.try_one(account_key, config.get(kSignInsPerAccount), now);
  if (wait.count() == 0) return std::nullopt;
  Problem problem{ErrorKind::too_fast, "members.too_many_attempts",
                  "Too many sign-in attempts. Wait a little and try again."};
  problem.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
  return problem;
}

void StaffService::was_right(const std::string& account_key, const Origin& origin) {
  const Config& config = Core::current()->config();
  by_account_.refund(account_key, config.get(kSignInsPerAccount));
  by_address_.refund(address_group(origin.address), config.get(kSignInsPerAddress));
}

StaffSession StaffService::new_session(AccountId account, const std::string& token, const Origin& origin) {
  const WallTime now = context_.clock.wall();
  return {.session = context_.ids.next<SessionId>(),
          .token_digest = to_hex(sha256(token)),
          .account = account,
          .created = now,
          .seen = now,
          .address = origin.address,
          .user_agent = origin.user_agent.substr(0, kUserAgentBytesMax)};
}

std::string StaffService::one_time_password(AccountId account) const {
  // Letters and digits nobody mistakes for another; 16 of 32 are 80 bits.
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz123456789";
  const std::string bytes = hmac_sha256(context_.keys->one_time, account.str());
  std::string password;
  for (size_t index = 0; index < 16; ++index) {
    if (index != 0 && index % 4 == 0) password += '-';
    password += kLetters[static_cast<uint8_t>(bytes[index]) % kLetters.size()];
  }
  return password;
}

Task<Result<std::optional<std::string>>> StaffService::make_claim() {
  const std::string token = random_hex(context_.random, 32);
  const WallTime now = context_.clock.wall();
  auto work = [digest = to_hex(sha256(token)), now](Transaction& transaction) -> Result<bool> {
    const auto owners = count_owners(transaction);
    if (!owners) return owners.error();
    if (*owners != 0) return false;
    if (auto written = insert_claim(transaction, digest, now); !written) return written.error();
    return true;
  };
  const auto made = co_await context_.database->write(std::move(work));
  if (!made) co_return made.error();
  co_return *made ? std::optional(token) : std::nullopt;
}

Task<Reply<StaffSignedIn>> StaffService::claim(std::string token, std::string name, std::string password,
                                               Origin origin) {
  if (auto problem = too_many("claim", origin)) co_return *problem;
  auto cleaned = clean_name(name, kStaffNameMax);
  if (!cleaned) co_return cleaned.error();
  auto encoded = co_await hasher_.hash(std::move(password));
  if (!encoded) co_return encoded.error();

  const StaffUser owner{.account = context_.ids.next<AccountId>(),
                        .name = *cleaned,
                        .role = Role::owner,
                        .password = *encoded,
                        .created = context_.clock.wall()};
  StaffSignedIn out{.token = random_hex(context_.random, 32), .caller = {}};
  const StaffSession session = new_session(owner.account, out.token, origin);
  auto work = [owner, session, digest = to_hex(sha256(token)), audit_key = context_.keys->audit,
               address = origin.address](Transaction& transaction) -> Result<void> {
    const auto state = claim_state(transaction, digest);
    if (!state) return state.error();
    if (*state == ClaimState::unknown) return Error{ErrorKind::not_found, "members.claim_unknown"};
    // The command line may have made an owner since the link was shown.
    const auto owners = count_owners(transaction);
    if (!owners) return owners.error();
    const bool over = *state == ClaimState::used || *owners != 0;
    if (over) return Error{ErrorKind::gone, "members.claim_used"};
    if (auto used = use_claims(transaction, owner.created); !used) return used.error();
    if (auto added = insert_staff_user(transaction, owner); !added) return added.error();
    if (auto begun = insert_staff_session(transaction, session); !begun) return begun.error();
    return append_audit(transaction, audit_key,
                        {.actor = owner.account,
                         .act = "owner.claim",
                         .subject = owner.account.str(),
                         .ip = address,
                         .after = state_of(owner)},
                        owner.created);
  };
  const auto done = co_await context_.database->write(std::move(work));
  if (!done) co_return done.error();
  was_right("claim", origin);
  out.caller = caller_of(owner, session.session);
  co_return out;
}

Task<Reply<StaffSignedIn>> StaffService::sign_in(std::string name, std::string password,
                                                 SessionId old_session, Origin origin) {
  const std::string account_key = "name " + staff_name_key(name);
  if (auto problem = too_many(account_key, origin)) co_return *problem;
  auto look = [name](Transaction& transaction) { return find_staff_user(transaction, name); };
  const auto found = co_await context_.database->read(std::move(look));
  if (!found) co_return found.error();
  const bool known = *found && !(*found)->disabled;
  const auto match = co_await hasher_.verify(known ? (*found)->password : "", password);
  if (!match) co_return match.error();
  if (*match == PasswordMatch::wrong) co_return kWrongCredentials;
  StaffUser user = **found;
  if (user.password_kind == PasswordKind::one_time_used) {
    co_return Error{ErrorKind::unauthenticated, "members.one_time_used"};
  }
  if (*match == PasswordMatch::right_rehash) {
    auto encoded = co_await hasher_.hash(std::move(password));
    if (!encoded) co_return encoded.error();
    user.password = *encoded;
  }
  if (user.password_kind == PasswordKind::one_time) user.password_kind = PasswordKind::one_time_used;

  StaffSignedIn out{.token = random_hex(context_.random, 32), .caller = {}};
  const StaffSession session = new_session(user.account, out.token, origin);
  SignInPlan plan{.user = user,
                  .old_password = (*found)->password,
                  .old_kind = (*found)->password_kind,
                  .session = session,
                  .old_session = old_session,
                  .audit_key = context_.keys->audit};
  auto work = [plan = std::move(plan)](Transaction& transaction) {
    return commit_sign_in(transaction, plan);
  };
  const auto ended = co_await context_.database->write(std::move(work));
  if (!ended) co_return ended.error();
  was_right(account_key, origin);
  if (*ended) co_await identities_.forget_staff(*ended);
  out.caller = caller_of(user, session.session);
  out.must_change_password = user.password_kind != PasswordKind::own;
  co_return out;
}

Task<Reply<NoContent>> StaffService::end_session(StaffCaller caller, SessionId session, Origin origin) {
  const WallTime now = context_.clock.wall();
  auto work = [caller, session, origin, now,
               audit_key = context_.keys->audit](Transaction& transaction) -> Result<AccountId> {
    const auto whose = delete_staff_session(transaction, session);
    if (!whose) return whose.error();
    const bool may = *whose && (**whose == caller.id || caller.may(Right::staff_manage));
    if (!may) return Error{ErrorKind::not_found, "members.session"};
    auto noted = append_audit(
        transaction, audit_key,
        {.actor = caller.id, .act = "staff.session_end", .subject = session.str(), .ip = origin.address},
        now);
    if (!noted) return noted.error();
    return **whose;
  };
  const auto whose = co_await context_.database->write(std::move(work));
  if (!whose) co_return whose.error();
  co_await identities_.forget_staff(*whose);
  co_return NoContent{};
}

Task<Result<std::vector<StaffSession>>> StaffService::sessions(AccountId account) {
  auto work = [account](Transaction& transaction) { return list_staff_sessions(transaction, account); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<std::vector<StaffUser>>> StaffService::users() {
  auto work = [](Transaction& transaction) { return list_staff_users(transaction); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<NewStaffUser>> StaffService::add_user(std::string name, Role role, std::string password,
                                                  AccountId actor, Origin origin,
                                                  std::optional<IdempotencyKey> key) {
  auto cleaned = clean_name(name, kStaffNameMax);
  if (!cleaned) co_return cleaned.error();
  NewStaffUser out;
  out.user = {.account = context_.ids.next<AccountId>(),
              .name = *cleaned,
              .role = role,
              .password = {},
              .password_kind = password.empty() ? PasswordKind::one_time : PasswordKind::own,
              .created = context_.clock.wall()};
  out.password = password;
  if (password.empty()) out.password = one_time_password(out.user.account);
  auto encoded = co_await hasher_.hash(out.password);
  if (!encoded) co_return encoded.error();
  out.user.password = *encoded;

  AddPlan plan{out.user, actor, origin.address, std::move(key), context_.keys->audit};
  auto work = [plan = std::move(plan)](Transaction& transaction) { return commit_user(transaction, plan); };
  const auto user = co_await context_.database->write(std::move(work));
  if (!user) co_return user.error();
  out.replayed = user->account != out.user.account;
  if (out.replayed) out.password = one_time_password(user->account);
  out.user = *user;
  co_return out;
}

Task<Reply<StaffUser>> StaffService::change_user(AccountId account, StaffChange change, AccountId actor,
                                                 Origin origin) {
  const WallTime at = context_.clock.wall();
  auto work = [account, change, actor, origin, at,
               audit_key = context_.keys->audit](Transaction& transaction) -> Result<StaffUser> {
    const auto found = find_staff_user(transaction, account);
    if (!found) return found.error();
    if (!*found) return Error{ErrorKind::not_found, "members.user"};
    StaffUser user = **found;
    user.role = change.role.value_or(user.role);
    user.disabled = change.disabled.value_or(user.disabled);
    auto kept = update_staff_user(transaction, account, user.role, user.disabled);
    if (!kept) return kept.error();
    const auto owners = count_owners(transaction);
    if (!owners) return owners.error();
    if (*owners == 0) return Error{ErrorKind::conflict, "members.last_owner"};
    if (user.disabled) {
      auto ended = delete_staff_sessions(transaction, account, SessionId{});
      if (!ended) return ended.error();
    }
    auto noted = append_audit(transaction, audit_key,
                              {.actor = actor,
                               .act = "staff.change",
                               .subject = account.str(),
                               .ip = origin.address,
                               .before = state_of(**found),
                               .after = state_of(user)},
                              at);
    if (!noted) return noted.error();
    return user;
  };
  auto user = co_await context_.database->write(std::move(work));
  if (!user) co_return user.error();
  co_await identities_.forget_staff(account);
  co_return std::move(*user);
}

Task<Reply<NoContent>> StaffService::change_password(StaffCaller caller, std::string current,
                                                     std::string fresh, Origin origin) {
  const std::string account_key = "name " + staff_name_key(caller.name);
  if (auto problem = too_many(account_key, origin)) co_return *problem;
  auto look = [account = caller.id](Transaction& transaction) {
    return find_staff_user(transaction, account);
  };
  const auto found = co_await context_.database->read(std::move(look));
  if (!found) co_return found.error();
  if (!*found) co_return kWrongCredentials;
  const auto match = co_await hasher_.verify((*found)->password, std::move(current));
  if (!match) co_return match.error();
  if (*match == PasswordMatch::wrong) co_return kWrongCredentials;
  was_right(account_key, origin);
  const auto encoded = co_await hasher_.hash(std::move(fresh));
  if (!encoded) co_return encoded.error();

  const WallTime at = context_.clock.wall();
  auto work = [caller, origin, at, old_password = (*found)->password, encoded = *encoded,
               audit_key = context_.keys->audit](Transaction& transaction) -> Result<void> {
    const auto kept = replace_password(transaction, caller.id, old_password, encoded, PasswordKind::own);
    if (!kept) return kept.error();
    if (!*kept) return kWrongCredentials;
    if (auto ended = delete_staff_sessions(transaction, caller.id, caller.session); !ended) {
      return ended.error();
    }
    return append_audit(
        transaction, audit_key,
        {.actor = caller.id, .act = "staff.password", .subject = caller.id.str(), .ip = origin.address}, at);
  };
  const auto done = co_await context_.database->write(std::move(work));
  if (!done) co_return done.error();
  co_await identities_.forget_staff(caller.id);
  co_return NoContent{};
}

}  // namespace vitrine
