#include "members/module.h"

#include <sodium.h>

#include "base/log.h"
#include "members/audit.h"
#include "members/buyer_api.h"
#include "members/passwords.h"
#include "members/schema.h"
#include "members/staff_api.h"
#include "members/tier_api.h"
#include "members/watch_tokens.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "members.unavailable"};

Result<JwtVerifier> load_jwt(const Config& config) {
  std::vector<JwtKey> keys;
  for (const auto& item : config.get(kJwtKeys)) {
    auto key = load_jwt_key(item);
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  return JwtVerifier::make(std::move(keys), config.get(kJwtIssuer), config.get(kJwtAudience));
}

}  // namespace

struct MembersModule::Parts {
  explicit Parts(MembersNeeds n)
      : needs(std::move(n)),
        context{needs.cores, needs.cores.home_of("members"), needs.clock, needs.random, needs.ids},
        metrics(needs.metrics),
        identities(context),
        authenticator(context, identities),
        sms(needs.clock),
        buyers(context, identities, sms),
        staff(context, identities),
        addresses(context),
        me_api(context, identities, authenticator, buyers),
        staff_api(context, staff, me_api, metrics),
        tier_api(context),
        buyer_api({context, identities, buyers, sms, addresses, me_api, metrics}) {}

  MembersNeeds needs;
  MembersContext context;
  MembersMetrics metrics;
  Identities identities;
  CookieAuthenticator authenticator;
  SandboxSms sms;
  BuyerService buyers;
  StaffService staff;
  AddressBook addresses;
  PasswordHasher door_passwords;  // of rooms: guessing there keeps no staff from signing in
  WatchTokens watch_tokens{context};
  MeApi me_api;
  StaffApi staff_api;
  TierApi tier_api;
  BuyerApi buyer_api;
};

MembersModule::MembersModule(MembersNeeds needs) : parts_(std::make_unique<Parts>(std::move(needs))) {
  check(sodium_init() >= 0, "libsodium starts");
  parts_->me_api.add_routes(parts_->needs.router);
  parts_->staff_api.add_routes(parts_->needs.router);
  parts_->buyer_api.add_routes(parts_->needs.router);
  parts_->tier_api.add_routes(parts_->needs.router);
}

MembersModule::~MembersModule() = default;

Result<void> MembersModule::start() {
  MembersContext& context = parts_->context;
  auto keys = load_member_keys(parts_->needs.data_directory, parts_->needs.random);
  if (!keys) return keys.error();
  auto jwt = load_jwt(context.home.config());
  if (!jwt) return jwt.error();
  auto database = open_database({.name = "members",
                                 .directory = parts_->needs.data_directory + "/db",
                                 .url = parts_->needs.database_url,
                                 .migrations = members_migrations()});
  if (!database) return database.error();
  context.vault.emplace(*keys, parts_->needs.random);
  context.signer.emplace(*keys);
  context.keys = std::move(*keys);
  context.jwt = std::move(*jwt);
  parts_->needs.bus.source(**database);
  context.database = std::move(*database);
  context.home.spawn(check_audit_log());
  return {};
}

// What start() leaves to the home core.
Task<void> MembersModule::check_audit_log() {
  const auto rows = co_await verify_audit_log();
  if (!rows) log_error("members.audit_log", {{"reason", rows.error().reason}});
}

Task<Result<std::optional<std::string>>> MembersModule::make_claim() {
  if (!parts_->context.ready()) co_return kUnavailable;
  co_return co_await on_core(parts_->context.home, parts_->staff.make_claim());
}

void MembersModule::drain() {}

void MembersModule::stop() {
  if (parts_->context.database) parts_->context.database->close();
}

std::optional<std::string> MembersModule::trouble() const {
  if (!parts_->context.ready()) return "not started";
  if (const auto failed = parts_->context.database->health()) return std::string(failed->reason);
  return std::nullopt;
}

Authenticator MembersModule::authenticator() {
  return [authenticator = &parts_->authenticator](std::shared_ptr<const HttpRequest> request) {
    return authenticator->authenticate(std::move(request));
  };
}

Task<Result<CreatedStaff>> MembersModule::create_staff(std::string name, Role role, std::string password) {
  if (!parts_->context.ready()) co_return kUnavailable;
  auto task =
      parts_->staff.add_user(std::move(name), role, std::move(password), AccountId{}, Origin{}, std::nullopt);
  auto added = co_await on_core(parts_->context.home, std::move(task));
  if (!added) co_return added.error();
  co_return CreatedStaff{added->user.account, added->user.name, added->user.role, added->password};
}

Task<Result<int64_t>> MembersModule::verify_audit_log() {
  if (!parts_->context.ready()) co_return kUnavailable;
  auto work = [key = parts_->context.keys->audit](Transaction& transaction) {
    return verify_audit(transaction, key);
  };
  const auto head = co_await parts_->context.database->read(std::move(work));
  if (!head) co_return head.error();
  log_info("members.audit_head", {{"rows", head->rows}, {"hash", head->hash}});
  co_return head->rows;
}

Task<Result<AddressSnapshot>> MembersModule::address(AccountId account, AddressId address) {
  if (!parts_->context.ready()) co_return kUnavailable;
  auto found = co_await parts_->addresses.find(account, address);
  if (!found) co_return found.error();
  co_return std::move(found->to);
}

Task<Result<void>> MembersModule::audit(AuditEntry entry) {
  if (!parts_->context.ready()) co_return kUnavailable;
  auto work = [key = parts_->context.keys->audit, entry = std::move(entry),
               now = parts_->context.clock.wall()](Transaction& transaction) {
    return append_audit(transaction, key, entry, now);
  };
  co_return co_await parts_->context.database->write(std::move(work));
}

Task<Result<std::string>> MembersModule::hash_password(std::string password) {
  return parts_->door_passwords.hash(std::move(password));
}

Task<Result<bool>> MembersModule::check_password(std::string encoded, std::string password) {
  const auto match = co_await parts_->door_passwords.verify(std::move(encoded), std::move(password));
  if (!match) co_return match.error();
  co_return *match != PasswordMatch::wrong;
}

Task<Result<void>> MembersModule::check_terms(TokenTerms terms) {
  if (!parts_->context.ready()) co_return kUnavailable;
  co_return co_await parts_->watch_tokens.check(std::move(terms));
}

Task<Result<WatchClaims>> MembersModule::watch_claims(TokenTerms terms, std::string token) {
  if (!parts_->context.ready()) co_return kUnavailable;
  co_return co_await parts_->watch_tokens.verify(std::move(terms), std::move(token));
}

Task<Result<int64_t>> MembersModule::tier(AccountId account) {
  if (!parts_->context.ready()) co_return kUnavailable;
  auto work = [account](Transaction& transaction) { return tier_of(transaction, account); };
  co_return co_await parts_->context.database->read(std::move(work));
}

}  // namespace vitrine
