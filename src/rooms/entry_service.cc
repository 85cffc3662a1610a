#include "rooms/entry_service.h"

#include "base/digest.h"
#include "base/log.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kOtherProof{ErrorKind::conflict, "rooms.proof_kind"};
constexpr size_t kCodeLetters = 10;  // of 32: 50 bits, and few tries
constexpr std::string_view kCodeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

std::string make_code(Random& random) {
  std::string out;
  for (size_t letter = 0; letter < kCodeLetters; ++letter)
    out += kCodeAlphabet[random.below(static_cast<int64_t>(kCodeAlphabet.size()))];
  return out;
}

// As people type it: any case, with spaces or dashes.
std::string plain_code(const std::string& typed) {
  std::string out;
  for (const char letter : typed) {
    if (letter == ' ' || letter == '-') continue;
    out += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  }
  return out;
}

bool is_wrong(const Error& error) {
  return error.kind == ErrorKind::forbidden;
}

struct Loaded {
  std::vector<std::pair<std::string, AccessRules>> rules;
  std::vector<StoredPass> passes;
  std::vector<Trial> trials;
  std::vector<EndedSession> sessions;
};

Result<Loaded> load_all(Transaction& tx, const FieldCipher& cipher, WallTime now) {
  auto rules = all_access(tx, cipher);
  if (!rules) return rules.error();
  auto passes = all_passes(tx, now);
  if (!passes) return passes.error();
  auto trials = all_trials(tx, now);
  if (!trials) return trials.error();
  auto sessions = all_ended_sessions(tx, now);
  if (!sessions) return sessions.error();
  return Loaded{std::move(*rules), std::move(*passes), std::move(*trials), std::move(*sessions)};
}

Problem bad_field(Error error, std::string field, std::string detail) {
  Problem problem{error.kind, std::string(error.reason), std::move(detail)};
  problem.field = std::move(field);
  return problem;
}

}  // namespace

Task<Result<void>> EntryService::load() {
  auto work = [&cipher = context_.cipher, now = context_.clock.wall()](Transaction& tx) {
    return load_all(tx, cipher, now);
  };
  auto loaded = co_await context_.database->write(std::move(work));
  if (!loaded) co_return loaded.error();
  DoorBook& doors = context_.doors;
  for (auto& [room, rules] : loaded->rules) doors.set_rules(room, std::move(rules));
  for (auto& [room, viewer, pass] : loaded->passes) {
    if (auto kept = doors.grant(room, viewer, std::move(pass)); !kept)
      log_warn("rooms.pass_not_loaded", {{"room", room}});
  }
  for (Trial& trial : loaded->trials) doors.set_trial(std::move(trial));
  for (const EndedSession& ended : loaded->sessions) doors.end_session(ended.session, ended.until);
  co_return Result<void>();
}

Task<Reply<AccessRules>> EntryService::set_access(std::string room, AccessWish wish) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  const AccessRules before = context_.doors.rules(room);
  Task<Reply<AccessRules>> completing = complete(before, std::move(wish));
  auto completed = co_await std::move(completing);
  if (!completed.ok()) co_return completed;
  AccessRules rules = completed.value();
  rules.version = before.version + (same_terms(rules, before) ? 0 : 1);
  auto work = [room, rules, &cipher = context_.cipher](Transaction& tx) {
    return vitrine::set_access(tx, room, rules, cipher);
  };
  const Result<void> set = co_await context_.database->write(std::move(work));
  if (!set) co_return set.error();
  context_.doors.set_rules(room, rules);
  co_return rules;
}

// The rules as they will stand: only what their mode needs, and all of it.
Task<Reply<AccessRules>> EntryService::complete(AccessRules before, AccessWish wish) {
  AccessRules rules{.mode = wish.rules.mode, .trial_minutes = wish.rules.trial_minutes};
  switch (rules.mode) {
    case AccessMode::open:
    case AccessMode::invite:
      break;
    case AccessMode::password: {
      rules.password = before.password;
      if (wish.password) {
        auto hashed = co_await proofs_.hash_password(std::move(*wish.password));
        if (!hashed) co_return hashed.error();
        rules.password = std::move(*hashed);
      }
      if (rules.password.empty())
        co_return bad_field({ErrorKind::invalid_input, "rooms.password_missing"}, "/password",
                            "A password is needed.");
      break;
    }
    case AccessMode::members:
      rules.tier = wish.rules.tier;
      break;
    case AccessMode::ticket:
    case AccessMode::bought: {
      rules.product = wish.rules.product;
      if (!rules.product)
        co_return bad_field({ErrorKind::invalid_input, "rooms.product_missing"}, "/product",
                            "Choose the product that lets its buyers in.");
      if (purchases_ == nullptr) co_return Error{ErrorKind::unavailable, "shop.unavailable"};
      const auto offered = co_await purchases_->on_offer(rules.product);
      if (!offered) co_return offered.error();
      if (!*offered && rules.product != before.product)
        co_return bad_field({ErrorKind::invalid_input, "rooms.product_not_on_offer"}, "/product",
                            "This product cannot be bought now.");
      break;
    }
    case AccessMode::token: {
      rules.token = std::move(wish.rules.token);
      if (wish.keep_key && rules.token.kind == before.token.kind) rules.token.key = before.token.key;
      const auto usable = co_await proofs_.check_terms(rules.token);
      if (!usable) co_return bad_field(usable.error(), "/token/key", {});
      break;
    }
  }
  co_return rules;
}

Task<Result<std::optional<Pass>>> EntryService::known_pass(AccessRules rules, AccountId account) {
  if (rules.mode == AccessMode::members) {
    const auto tier = co_await proofs_.tier(account);
    if (!tier) co_return tier.error();
    if (*tier < rules.tier) co_return std::optional<Pass>();
    co_return Pass{.version = rules.version, .source = std::string(kTierSource)};
  }
  if (purchases_ == nullptr) co_return Error{ErrorKind::unavailable, "shop.unavailable"};
  const auto order = co_await purchases_->paid_order(account, rules.product);
  if (!order) co_return order.error();
  if (!*order) co_return std::optional<Pass>();
  co_return Pass{.version = rules.version, .source = order_source((*order)->str())};
}

Task<Result<void>> EntryService::prove(std::string room, DoorVisitor who) {
  const AccessRules rules = context_.doors.rules(room);
  const bool by_tier = rules.mode == AccessMode::members && rules.tier > 0;
  if (!by_tier && rules.mode != AccessMode::ticket && rules.mode != AccessMode::bought)
    co_return Result<void>();
  const auto account = AccountId::parse(who.id);
  const EntryState state = context_.doors.ask(room, who).state;
  const bool shut_out = state == EntryState::inside || state >= EntryState::signed_out;
  if (!account || shut_out) co_return Result<void>();
  auto pass = co_await known_pass(rules, *account);
  if (!pass) co_return pass.error();
  if (!*pass) co_return Result<void>();
  StoredPass stored{room, who.id, std::move(**pass)};
  co_return co_await keep_pass(std::move(stored));
}

Task<Result<void>> EntryService::keep_pass(StoredPass pass) {
  auto work = [pass](Transaction& tx) { return add_pass(tx, pass); };
  const Result<void> kept = co_await context_.database->write(std::move(work));
  if (!kept) co_return kept;
  co_return context_.doors.grant(pass.room, pass.viewer, std::move(pass.pass));
}

Task<Reply<NoContent>> EntryService::show(std::string room, DoorVisitor who, EntryProof proof) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  const AccessRules rules = context_.doors.rules(room);
  if (rules.mode == AccessMode::open) co_return NoContent{};
  if (context_.doors.ask(room, who).state == EntryState::inside) co_return NoContent{};
  if (const auto wait = tries_.take(who, context_.clock.monotonic()); wait.count() > 0) {
    Problem problem{ErrorKind::too_fast, "rooms.too_many_tries", "Too many wrong tries. Wait a moment."};
    problem.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
    co_return problem;
  }
  Task<Result<Pass>> judging = judge(room, rules, std::move(proof));
  auto pass = co_await std::move(judging);
  if (pass || !is_wrong(pass.error())) tries_.give_back(who, context_.clock.monotonic());
  if (!pass) co_return pass.error();
  StoredPass stored{room, who.id, std::move(*pass)};
  const auto kept = co_await keep_pass(std::move(stored));
  if (!kept) co_return kept.error();
  co_return NoContent{};
}

Task<Result<Pass>> EntryService::judge(std::string room, AccessRules rules, EntryProof proof) {
  if (rules.mode == AccessMode::password && proof.password) {
    Task<Result<Pass>> judged = by_password(room, rules, std::move(*proof.password));
    co_return co_await std::move(judged);
  }
  if (rules.mode == AccessMode::invite && proof.code) {
    Task<Result<Pass>> judged = by_code(room, rules, plain_code(*proof.code));
    co_return co_await std::move(judged);
  }
  if (rules.mode == AccessMode::token && proof.token) {
    Task<Result<Pass>> judged = by_token(room, rules, std::move(*proof.token));
    co_return co_await std::move(judged);
  }
  co_return kOtherProof;
}

Task<Result<Pass>> EntryService::by_password(std::string room, AccessRules rules, std::string password) {
  const Pass pass{.version = rules.version, .source = "password"};
  const std::string digest = hmac_sha256(digest_key_, password);
  const bool known = right_passwords_.with([&](const auto& right) {
    const auto found = right.find(room);
    return found != right.end() && found->second.encoded == rules.password &&
           equal_secret(found->second.digest, digest);
  });
  if (known) co_return pass;
  const auto right = co_await proofs_.check_password(rules.password, std::move(password));
  if (!right) co_return right.error();
  if (!*right) co_return Error{ErrorKind::forbidden, "rooms.wrong_password"};
  right_passwords_.with([&](auto& all) { all[room] = {rules.password, digest}; });
  co_return pass;
}

Task<Result<Pass>> EntryService::by_code(std::string room, AccessRules rules, std::string code) {
  auto work = [room, code, now = context_.clock.wall()](Transaction& tx) {
    return use_invite(tx, room, code, now);
  };
  const auto invite = co_await context_.database->write(std::move(work));
  if (!invite) co_return invite.error();
  co_return Pass{.version = rules.version, .source = invite_source(code), .until = invite->until};
}

Task<Result<Pass>> EntryService::by_token(std::string room, AccessRules rules, std::string token) {
  auto claims = co_await proofs_.watch_claims(rules.token, std::move(token));
  if (!claims && claims.error().kind == ErrorKind::unauthenticated)
    co_return Error{ErrorKind::forbidden, "rooms.wrong_token"};
  if (!claims) co_return claims.error();
  if (claims->room != room && claims->room != "*") co_return Error{ErrorKind::forbidden, "rooms.wrong_token"};
  co_return Pass{.version = rules.version, .source = "token", .until = claims->until};
}

Task<Result<MadeInvite>> EntryService::make_invite(std::string room, Invite wish, IdempotencyKey key) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  wish.number = context_.ids.next_value();
  wish.code = make_code(random_);
  auto work = [room, wish, key](Transaction& tx) -> Result<MadeInvite> {
    const auto known = find_effect(tx, key);
    if (!known) return known.error();
    if (*known) {
      const auto made = invite_by_number(tx, room, **known);
      if (!made) return made.error();
      if (!*made) return Error{ErrorKind::not_found, "rooms.invite"};
      return MadeInvite{**made, true};
    }
    if (auto added = add_invite(tx, room, wish); !added) return added.error();
    if (auto kept = record_effect(tx, key, wish.number, wish.at); !kept) return kept.error();
    return MadeInvite{wish, false};
  };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<std::vector<Invite>>> EntryService::invites(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room](Transaction& tx) { return invites_of(tx, room); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<void>> EntryService::drop_invite(std::string room, std::string code) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, code](Transaction& tx) { return vitrine::drop_invite(tx, room, code); };
  const Result<void> dropped = co_await context_.database->write(std::move(work));
  if (dropped) context_.doors.revoke(room, invite_source(code));
  co_return dropped;
}

}  // namespace vitrine
