#include "members/buyer_service.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/hex.h"
#include "contract/events.h"
#include "members/display_name.h"
#include "members/phone.h"
#include "net/client_address.h"

namespace vitrine {
namespace {

constexpr int64_t kNamesPerMinute = 5;

struct SignInPlan {
  BuyerKey key;
  AccountId fresh;
  std::string name;
  std::string consent_version;
  SigningIn who;
  BuyerSession session;
};

// The common half of both ways in, inside the transaction that accepted the proof.
Result<BuyerAccount> begin_session(Transaction& transaction, const SignInPlan& plan) {
  const WallTime now = plan.session.created;
  auto account = find_or_add_buyer(transaction, plan.key, plan.fresh, plan.name, now);
  if (!account) return account;
  auto agreed = record_consent(transaction, account->account, plan.consent_version, now);
  if (!agreed) return agreed.error();
  BuyerSession session = plan.session;
  session.account = account->account;
  if (auto begun = insert_buyer_session(transaction, session); !begun) return begun.error();
  if (!plan.who.guest) return account;
  const GuestSignedIn event{plan.who.guest, account->account};
  if (auto told = transaction.emit(plan.who.guest.str(), now.ms, event); !told) return told.error();
  return account;
}

// What became of an entered code. A wrong one is no Error: its try must be committed.
struct CodeOutcome {
  enum class Kind : uint8_t { right, wrong, over };
  Kind kind = Kind::over;
  int64_t tries_left = 0;
  BuyerAccount account{};
};

Result<CodeOutcome> try_code(Transaction& transaction, const SignInPlan& plan, const std::string& digest) {
  const auto code = find_code(transaction, plan.key.phone_index);
  if (!code) return code.error();
  const bool open = *code && plan.session.created < (*code)->expires && (*code)->tries < kCodeTriesMax;
  if (!open) return CodeOutcome{};
  if (!equal_secret((*code)->digest, digest)) {
    if (auto counted = count_try(transaction, plan.key.phone_index); !counted) return counted.error();
    return CodeOutcome{CodeOutcome::Kind::wrong, kCodeTriesMax - (*code)->tries - 1};
  }
  if (auto gone = delete_code(transaction, plan.key.phone_index); !gone) return gone.error();
  auto account = begin_session(transaction, plan);
  if (!account) return account.error();
  return CodeOutcome{CodeOutcome::Kind::right, 0, std::move(*account)};
}

Problem to_problem(const CodeOutcome& outcome) {
  if (outcome.kind == CodeOutcome::Kind::over || outcome.tries_left == 0) {
    return {ErrorKind::unauthenticated, "members.code_over",
            "This code is used up or too old. Ask for a new one."};
  }
  Problem problem{ErrorKind::unauthenticated, "members.wrong_code", "This is not the code we sent."};
  problem.extra["tries_left"] = outcome.tries_left;
  return problem;
}

}  // namespace

std::optional<Problem> BuyerService::too_many(AttemptLimiter& limiter, const std::string& key, int64_t most,
                                              const char* slug) {
  const Milliseconds wait = limiter.try_one(key, most, context_.clock.monotonic());
  if (wait.count() == 0) return std::nullopt;
  Problem problem{ErrorKind::too_fast, slug, "Tried too often. Wait a little and try again."};
  problem.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
  return problem;
}

BuyerSession BuyerService::new_session(AccountId account) const {
  const WallTime now = context_.clock.wall();
  const std::chrono::hours life(24 * Core::current()->config().get(kBuyerSessionDays));
  return {context_.ids.next<SessionId>(), account, now, now + life};
}

Task<Reply<NoContent>> BuyerService::send_code(std::string phone, Origin origin) {
  const Config& config = Core::current()->config();
  const int64_t per_address = config.get(kCodesPerAddress);
  const int64_t per_phone = config.get(kCodesPerPhone);
  const auto normal = normalize_phone(phone, config.get(kCountryCode));
  if (!normal) co_return normal.error();
  constexpr const char* kTooMany = "members.too_many_codes";
  const std::string address = address_group(origin.address);
  if (auto p = too_many(codes_by_address_, address, per_address, kTooMany)) co_return *p;

  const WallTime now = context_.clock.wall();
  const std::string index = context_.vault->blind_index("phone", *normal);
  const std::string code = fmt::format("{:06}", context_.random.below(1'000'000));
  const SignInCode row{.phone_index = to_hex(index),
                       .digest = to_hex(context_.vault->code_digest(index, code)),
                       .sent = now,
                       .expires = now + kCodeLife};
  // How long until another code may be sent; zero when this one was put down.
  auto work = [row, now](Transaction& transaction) -> Result<Milliseconds> {
    const auto last = find_code(transaction, row.phone_index);
    if (!last) return last.error();
    const bool too_soon = *last && now - (*last)->sent < kCodeResend;
    if (too_soon) return Milliseconds(kCodeResend) - (now - (*last)->sent);
    if (auto put = put_code(transaction, row); !put) return put.error();
    return Milliseconds(0);
  };
  if (auto p = too_many(codes_by_phone_, row.phone_index, per_phone, kTooMany)) co_return *p;
  const auto wait = co_await context_.database->write(std::move(work));
  if (!wait || wait->count() > 0) codes_by_phone_.refund(row.phone_index, per_phone);
  if (!wait) co_return wait.error();
  if (wait->count() > 0) {
    Problem problem{ErrorKind::too_fast, "members.code_too_soon", "A code was sent less than a minute ago."};
    problem.retry_after_s = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*wait).count());
    co_return problem;
  }
  const auto sent = co_await sms_.send_code(*normal, code);
  if (!sent) co_return sent.error();
  co_return NoContent{};
}

Task<Reply<BuyerSignedIn>> BuyerService::sign_in_with_code(std::string phone, std::string code,
                                                           SigningIn who) {
  const Config& config = Core::current()->config();
  const auto normal = normalize_phone(phone, config.get(kCountryCode));
  if (!normal) co_return normal.error();
  const std::string address = address_group(who.origin.address);
  const int64_t per_address = config.get(kCodesPerAddress);
  if (auto p = too_many(wrong_by_address_, address, per_address, "members.too_many_codes")) co_return *p;
  const AccountId fresh = context_.ids.next<AccountId>();
  const std::string index = context_.vault->blind_index("phone", *normal);
  SignInPlan plan{.key = {.phone_index = to_hex(index), .phone_sealed = {}, .subject_index = {}},
                  .fresh = fresh,
                  .name = who.guest_name,
                  .consent_version = config.get(kConsentVersion),
                  .who = who,
                  .session = new_session(fresh)};
  plan.key.phone_sealed = to_base64url(context_.vault->seal(*normal, "buyers.phone." + fresh.str()));
  auto work = [plan, digest = to_hex(context_.vault->code_digest(index, code))](Transaction& transaction) {
    return try_code(transaction, plan, digest);
  };
  const auto outcome = co_await context_.database->write(std::move(work));
  if (!outcome) co_return outcome.error();
  if (outcome->kind != CodeOutcome::Kind::right) co_return to_problem(*outcome);
  wrong_by_address_.refund(address, per_address);
  co_return BuyerSignedIn{{plan.session.session, outcome->account.account, plan.session.expires},
                          {outcome->account.name, mask_phone(*normal)},
                          outcome->account.is_new};
}

Task<Reply<BuyerSignedIn>> BuyerService::sign_in_with_token(std::string token, SigningIn who) {
  if (!context_.jwt->has_keys()) co_return Error{ErrorKind::not_found, "members.no_token_sign_in"};
  const auto claims = context_.jwt->verify(token, context_.clock.wall());
  if (!claims) co_return claims.error();
  const AccountId fresh = context_.ids.next<AccountId>();
  const auto name = clean_name(claims->name, kDisplayNameMax);
  const std::string subject = claims->issuer + '\n' + claims->subject;
  const SignInPlan plan{.key = {.phone_index = {},
                                .phone_sealed = {},
                                .subject_index = to_hex(context_.vault->blind_index("subject", subject))},
                        .fresh = fresh,
                        .name = name ? *name : who.guest_name,
                        .consent_version = Core::current()->config().get(kConsentVersion),
                        .who = who,
                        .session = new_session(fresh)};
  auto work = [plan](Transaction& transaction) { return begin_session(transaction, plan); };
  const auto account = co_await context_.database->write(std::move(work));
  if (!account) co_return account.error();
  co_return BuyerSignedIn{
      {plan.session.session, account->account, plan.session.expires}, {account->name, {}}, account->is_new};
}

Task<Result<void>> BuyerService::end_session(SessionId session) {
  auto work = [session](Transaction& transaction) { return delete_buyer_session(transaction, session); };
  const auto done = co_await context_.database->write(std::move(work));
  if (!done) co_return done.error();
  co_await identities_.forget_buyer_session(session);
  co_return Result<void>();
}

Task<Reply<std::string>> BuyerService::rename(AccountId account, std::string name) {
  const auto cleaned = clean_name(name, kDisplayNameMax);
  if (!cleaned) co_return cleaned.error();
  auto p = too_many(names_by_account_, account.str(), kNamesPerMinute, "members.too_many_names");
  if (p) co_return *p;
  auto work = [account, fresh = *cleaned](Transaction& transaction) {
    return rename_buyer(transaction, account, fresh);
  };
  const auto done = co_await context_.database->write(std::move(work));
  if (!done) co_return done.error();
  co_await identities_.forget_buyer_card(account);
  co_return *cleaned;
}

}  // namespace vitrine
