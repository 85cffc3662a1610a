// THE table of modules: name, what it is for, how it is made. Nothing else wires anything.
//
// Owns    nothing; make() answers the module, the platform keeps the ports.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "bus/bus.h"
#include "contract/media.h"
#include "contract/members.h"
#include "contract/module.h"
#include "contract/ops.h"
#include "contract/proofs.h"
#include "contract/rooms.h"
#include "net/router.h"
#include "ops/health_board.h"
#include "runtime/core.h"
#include "runtime/listener.h"

namespace prometheus {
class Registry;
}

namespace vitrine {

class OpsModule;
class MembersModule;
class MediaModule;
class RoomsModule;
class ShopModule;

// What the program gives every module, and what the modules made so far give the next.
struct Platform {
  Cores& cores;
  Router& router;
  Bus& bus;
  const Clock& clock;
  Random& random;
  IdSource& ids;
  std::string data;
  std::string database_url;  // "postgres://..."; empty: SQLite under `data`
  prometheus::Registry& metrics;
  HealthBoard& board;
  ListenOptions rtmp;   // where publishers come
  bool listens = true;  // false: a command works here, nobody connects
  TlsDoor& tls;
  std::string http_host;  // where clients reach the HTTP port: "127.0.0.1:8080"
  bool sandbox = false;   // payments may be played through the sandbox provider

  // A module that does not run here is stood in for by one that says so.
  OpsPort* ops;
  MembersPort* members;
  ProofPort* proofs;
  MediaPort* media;
  const RoomsPort* rooms = nullptr;  // none: rooms does not run here

  // The modules as themselves, for commands; null when they do not run here.
  OpsModule* ops_module = nullptr;
  MembersModule* members_module = nullptr;
  MediaModule* media_module = nullptr;
  RoomsModule* rooms_module = nullptr;
  ShopModule* shop_module = nullptr;
};

struct ModuleEntry {
  std::string_view name;
  std::string_view purpose;
  std::unique_ptr<Module> (*make)(Platform&);
  std::vector<ConfigKey> (*keys)();
};

// In the order they are made: a module may use the ports of those before it.
const std::vector<ModuleEntry>& module_table();

// Ports of modules that do not run here: everything is on, nothing is live, `unavailable`.
struct AbsentPorts {
  AbsentPorts();
  ~AbsentPorts();
  std::unique_ptr<OpsPort> ops;
  std::unique_ptr<MembersPort> members;
  std::unique_ptr<ProofPort> proofs;
  std::unique_ptr<MediaPort> media;
};

}  // namespace vitrine
