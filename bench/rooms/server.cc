// Our server for the rooms benchmark: the real HTTP server and rooms module on one core, with one room.
// Callers say who they are in a header: "Viewer: gst_...", "Staff: 1".
//
//   rooms_server DATA_DIRECTORY CHAT_PER_SECOND      prints the port, then serves until it is killed
#include <prometheus/registry.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>

#include "base/random.h"
#include "net/config.h"
#include "net/http_server.h"
#include "rooms/config.h"
#include "rooms/module.h"

using namespace vitrine;

namespace {

class NoMedia final : public MediaPort {
 public:
  StreamStatus status(const std::string&) const override { return {}; }
  void on_state(std::function<void(std::string, StreamState)>) override {}
  std::string play_query(const std::string&, const std::string&) const override { return {}; }
};
class AllOn final : public OpsPort {
 public:
  Capabilities capabilities() const override { return {}; }
};
class NoMembers final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override {
    co_return Error{ErrorKind::not_found, "members.address"};
  }
  Task<Result<void>> audit(AuditEntry) override { co_return Result<void>(); }
};
// The room is open: nobody shows a password or a token.
class NoProofs final : public ProofPort {
 public:
  Task<Result<std::string>> hash_password(std::string) override { co_return kNoProof; }
  Task<Result<bool>> check_password(std::string, std::string) override { co_return kNoProof; }
  Task<Result<void>> check_terms(TokenTerms) override { co_return kNoProof; }
  Task<Result<WatchClaims>> watch_claims(TokenTerms, std::string) override { co_return kNoProof; }
  Task<Result<int64_t>> tier(AccountId) override { co_return kNoProof; }

 private:
  static constexpr Error kNoProof{ErrorKind::unsupported, "bench.proofs"};
};

Task<Result<Caller>> believe(std::shared_ptr<const HttpRequest> request) {
  Caller caller;
  if (const auto guest = GuestId::parse(request->headers.get("Viewer"))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = *guest;
    caller.name = "Guest";
  }
  if (request->headers.has("Staff"))
    caller.staff =
        StaffCaller{.id = AccountId{7}, .name = "Host", .role = Role::host, .rights = ~0u, .session = {}};
  co_return caller;
}

std::shared_ptr<const Config> config_with(const char* chat_per_second) {
  auto keys = rooms_config_keys();
  for (auto& key : net_config_keys()) keys.push_back(key);
  auto config = std::make_shared<Config>(keys);
  const auto set = [&config](const char* name, const char* value) {
    if (const auto fault = config->set_text(name, value, "flag")) {
      std::fprintf(stderr, "%s\n", fault->what.c_str());
      std::exit(2);
    }
  };
  set("rooms.chat_interval_ms", "0");
  set("rooms.chat_per_second", chat_per_second);
  return config;
}

// With real-time priority (chrt), threads of one priority take turns of 100 ms. Usually a thread that wakes
// goes first: so do the databases' threads here, if the core's thread steps back.
void step_back() {
  int policy = 0;
  sched_param param{};
  ::pthread_getschedparam(::pthread_self(), &policy, &param);
  if (policy != SCHED_RR || param.sched_priority < 2) return;
  --param.sched_priority;
  ::pthread_setschedparam(::pthread_self(), policy, &param);
}

Task<void> make_room(RoomsModule* rooms, std::promise<bool>* made) {
  const auto done = co_await rooms->create_room("bench", "Bench", "Host");
  made->set_value(done.ok());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  SystemClock clock;
  SystemRandom random;
  IdSource ids(clock, random);
  prometheus::Registry metrics;
  Cores cores(1);
  cores.at(0).set_config(config_with(argv[2]));
  Router router;
  const auto bus = make_local_bus();
  NoMedia media;
  AllOn ops;
  NoMembers members;
  NoProofs proofs;
  RoomsModule rooms({.cores = cores,
                     .router = router,
                     .bus = *bus,
                     .clock = clock,
                     .ids = ids,
                     .data_directory = argv[1],
                     .metrics = metrics,
                     .media = media,
                     .ops = ops,
                     .members = members,
                     .proofs = proofs,
                     .random = random});
  HttpServer http(
      {.cores = cores, .router = router, .clock = clock, .metrics = metrics, .authenticator = believe});
  std::string fault;
  if (!http.open({.name = "http", .bind = {"127.0.0.1"}, .port = 0}, fault)) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    return 1;
  }
  cores.start();
  cores.at(0).post(step_back);
  std::promise<bool> made;
  if (!rooms.start()) return 1;
  http.start();
  cores.at(0).spawn(make_room(&rooms, &made));
  if (!made.get_future().get()) return 1;
  std::printf("%d\n", http.port());
  std::fflush(stdout);
  for (;;) ::pause();
}
