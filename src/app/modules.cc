#include "app/modules.h"

#include <prometheus/registry.h>

#include "app/config.h"
#include "app/settings.h"
#include "media/config.h"
#include "media/module.h"
#include "members/config.h"
#include "members/module.h"
#include "net/config.h"
#include "ops/config.h"
#include "ops/module.h"
#include "rooms/config.h"
#include "rooms/module.h"
#include "runtime/tls_config.h"
#include "shop/config.h"
#include "shop/module.h"

namespace vitrine {
namespace {

std::unique_ptr<Module> make_members(Platform& p) {
  auto made = std::make_unique<MembersModule>(MembersNeeds{.cores = p.cores,
                                                           .router = p.router,
                                                           .bus = p.bus,
                                                           .clock = p.clock,
                                                           .random = p.random,
                                                           .ids = p.ids,
                                                           .data_directory = p.data,
                                                           .database_url = p.database_url,
                                                           .metrics = p.metrics});
  p.members = p.members_module = made.get();
  p.proofs = made.get();
  return made;
}

std::unique_ptr<Module> make_ops(Platform& p) {
  auto made = std::make_unique<OpsModule>(OpsNeeds{.cores = p.cores,
                                                   .router = p.router,
                                                   .bus = p.bus,
                                                   .clock = p.clock,
                                                   .data_directory = p.data,
                                                   .database_url = p.database_url,
                                                   .board = p.board,
                                                   .members = p.members_module,
                                                   .version = VITRINE_VERSION});
  p.ops = p.ops_module = made.get();
  return made;
}

std::unique_ptr<Module> make_media(Platform& p) {
  auto made = std::make_unique<MediaModule>(MediaNeeds{.cores = p.cores,
                                                       .router = p.router,
                                                       .clock = p.clock,
                                                       .random = p.random,
                                                       .ids = p.ids,
                                                       .data_directory = p.data,
                                                       .database_url = p.database_url,
                                                       .metrics = p.metrics,
                                                       .members = p.members,
                                                       .rtmp = p.rtmp,
                                                       .takes_publishers = p.listens});
  p.media = p.media_module = made.get();
  return made;
}

std::unique_ptr<Module> make_rooms(Platform& p) {
  auto made = std::make_unique<RoomsModule>(RoomsNeeds{.cores = p.cores,
                                                       .router = p.router,
                                                       .bus = p.bus,
                                                       .clock = p.clock,
                                                       .ids = p.ids,
                                                       .data_directory = p.data,
                                                       .database_url = p.database_url,
                                                       .metrics = p.metrics,
                                                       .media = *p.media,
                                                       .ops = *p.ops,
                                                       .members = *p.members,
                                                       .proofs = *p.proofs,
                                                       .random = p.random});
  p.rooms_module = made.get();
  if (p.media_module != nullptr) p.media_module->set_audience(made->audience());
  p.rooms = &made->port();
  return made;
}

std::unique_ptr<Module> make_shop(Platform& p) {
  auto made = std::make_unique<ShopModule>(ShopNeeds{
      .cores = p.cores,
      .router = p.router,
      .bus = p.bus,
      .clock = p.clock,
      .random = p.random,
      .ids = p.ids,
      .data_directory = p.data,
      .database_url = p.database_url,
      .media = *p.media,
      .ops = *p.ops,
      .members = *p.members,
      .publish_delay = [] { return Milliseconds(Core::current()->config().get(kMediaPublishDelayMs)); },
      .sandbox = p.sandbox,
      .rooms = p.rooms,
      .ask_tier = [proofs = p.proofs](AccountId account) { return proofs->tier(account); }});
  p.shop_module = made.get();
  if (p.rooms_module != nullptr) p.rooms_module->set_purchases(*made);
  return made;
}

class EverythingOn final : public OpsPort {
 public:
  Capabilities capabilities() const override { return {}; }
};

class NobodyHere final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override { co_return kUnavailable; }
  Task<Result<void>> audit(AuditEntry) override { co_return kUnavailable; }

 private:
  static constexpr Error kUnavailable{ErrorKind::unavailable, "members.unavailable"};
};

class NoProofs final : public ProofPort {
 public:
  Task<Result<std::string>> hash_password(std::string) override { co_return kUnavailable; }
  Task<Result<bool>> check_password(std::string, std::string) override { co_return kUnavailable; }
  Task<Result<void>> check_terms(TokenTerms) override { co_return kUnavailable; }
  Task<Result<WatchClaims>> watch_claims(TokenTerms, std::string) override { co_return kUnavailable; }
  Task<Result<int64_t>> tier(AccountId) override { co_return kUnavailable; }

 private:
  static constexpr Error kUnavailable{ErrorKind::unavailable, "members.unavailable"};
};

class NothingLive final : public MediaPort {
 public:
  StreamStatus status(const std::string&) const override { return {}; }
  std::string play_query(const std::string&, const std::string&) const override { return {}; }
  void on_state(std::function<void(std::string, StreamState)>) override {}
};

}  // namespace

const std::vector<ModuleEntry>& module_table() {
  static const std::vector<ModuleEntry> table = {
      {"members", "accounts, sessions, rights, guests and buyers", make_members, members_config_keys},
      {"ops", "capabilities, status, the API document", make_ops, ops_config_keys},
      {"media", "streams: RTMP in, HTTP-FLV and WS-FLV out", make_media, media_config_keys},
      {"rooms", "live rooms: chat, likes, presence, events", make_rooms, rooms_config_keys},
      {"shop", "catalog, stock, showcase, orders, payments, ledger", make_shop, shop_config_keys},
  };
  return table;
}

AbsentPorts::AbsentPorts()
    : ops(std::make_unique<EverythingOn>()),
      members(std::make_unique<NobodyHere>()),
      proofs(std::make_unique<NoProofs>()),
      media(std::make_unique<NothingLive>()) {}
AbsentPorts::~AbsentPorts() = default;

std::vector<ConfigKey> all_config_keys() {
  std::vector<ConfigKey> keys = program_config_keys();
  const auto append = [&](const std::vector<ConfigKey>& more) {
    keys.insert(keys.end(), more.begin(), more.end());
  };
  append(net_config_keys());
  append(tls_config_keys());
  for (const ModuleEntry& entry : module_table()) append(entry.keys());
  return keys;
}

}  // namespace vitrine
