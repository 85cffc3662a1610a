#include "net/http_server.h"

#include <unordered_set>

#include "base/log.h"
#include "net/client_address.h"
#include "net/config.h"
#include "net/http_session.h"

namespace vitrine {
namespace {

constexpr size_t kScratchBytes = 64 * 1024;

// What one core keeps for its sessions.
struct CorePart {
  explicit CorePart(Core& c) : core(c), scratch(kScratchBytes) {}
  Core& core;
  std::vector<uint8_t> scratch;
  StopGate gate;
  std::unordered_set<HttpSession*> sessions;
  size_t connections = 0;
  bool draining = false;
};

}  // namespace

struct HttpServer::State {
  explicit State(HttpServerNeeds n)
      : needs(std::move(n)), dispatcher(needs.router, needs.authenticator, needs.pages) {
    for (int index = 0; index < needs.cores.count(); ++index)
      parts.push_back(std::make_unique<CorePart>(needs.cores.at(index)));
  }

  HttpServerNeeds needs;
  Dispatcher dispatcher;
  std::unique_ptr<RequestMetrics> metrics;
  std::unique_ptr<Listener> listener;
  std::shared_ptr<TlsDoor> tls;
  std::vector<std::unique_ptr<CorePart>> parts;  // by core index
};

namespace {

// Removes a session from its core's set when its task ends, however it ends.
class Enrolled {
 public:
  Enrolled(CorePart& part, HttpSession& session) : part_(part), session_(&session) {
    part_.sessions.insert(session_);
  }
  ~Enrolled() { part_.sessions.erase(session_); }
  Enrolled(const Enrolled&) = delete;
  Enrolled& operator=(const Enrolled&) = delete;

 private:
  CorePart& part_;
  HttpSession* session_;
};

Task<std::optional<Takeover>> run_session(CorePart* part, SessionShared shared, TcpSocket socket,
                                          StopGate::Pass pass) {
  HttpSession session(shared, std::move(socket));
  const Enrolled enrolled(*part, session);
  co_return co_await session.run(std::move(pass));
}

// `owner` keeps everything the session refers to.
Task<void> run_connection(std::shared_ptr<const void> owner, CorePart* part, SessionShared shared,
                          TcpSocket socket, StopGate::Pass pass) {
  auto takeover = co_await run_session(part, shared, std::move(socket), std::move(pass));
  if (takeover) co_await play_on(std::move(*takeover));
}

Task<bool> drain_core(std::shared_ptr<const void> owner, CorePart* part, Milliseconds time) {
  part->draining = true;
  const std::vector<HttpSession*> all(part->sessions.begin(), part->sessions.end());
  for (HttpSession* session : all) session->close(true);
  co_return co_await part->gate.close(time);
}

}  // namespace

HttpServer::HttpServer(HttpServerNeeds needs) : state_(std::make_shared<State>(std::move(needs))) {}

HttpServer::~HttpServer() {
  stop();
}

Result<void> HttpServer::open(ListenOptions options, std::string& fault) {
  options.plain = PlainRule::answer;  // a session says why
  state_->tls = options.tls;
  auto listener = Listener::open(state_->needs.cores, std::move(options), fault);
  if (!listener) return listener.error();
  state_->listener = std::move(*listener);
  return {};
}

uint16_t HttpServer::port() const {
  return state_->listener ? state_->listener->port() : uint16_t{0};
}

const std::vector<std::string>& HttpServer::addresses() const {
  check(state_->listener != nullptr, "open() comes first");
  return state_->listener->addresses();
}

void HttpServer::start() {
  check(state_->listener != nullptr, "open() comes before start()");
  state_->metrics = std::make_unique<RequestMetrics>(state_->needs.metrics, state_->needs.router);
  std::vector<std::string> bad;
  const AddressRanges trusted(state_->needs.cores.at(0).config().get(kTrustedProxies), &bad);
  for (const std::string& entry : bad) log_warn("net.trusted_proxies_ignored", {{"entry", entry}});
  std::weak_ptr<State> weak = state_;
  state_->listener->start([weak](Core& core, TcpSocket socket) {
    const auto state = weak.lock();
    if (!state) return;
    CorePart& part = *state->parts[static_cast<size_t>(core.index())];
    const auto most = static_cast<size_t>(core.config().get(kConnectionsMax)) / state->parts.size();
    auto pass = part.gate.enter();
    if (!pass || part.connections >= std::max<size_t>(most, 1)) {
      state->metrics->count_refused_connection();
      socket.abort();
      return;
    }
    // Also while others have taken it over.
    ++part.connections;
    socket.keep(std::shared_ptr<const void>(&part, [state](const void* its_part) {
      --static_cast<CorePart*>(const_cast<void*>(its_part))->connections;
    }));
    const SessionShared shared{core,      state->needs.clock, state->dispatcher, *state->metrics,
                               part.gate, part.scratch,       part.draining,     state->tls.get()};
    core.spawn(run_connection(state, &part, shared, std::move(socket), std::move(*pass)));
  });
}

Task<bool> HttpServer::drain(Milliseconds time) {
  const std::shared_ptr<State> state = state_;
  if (state->listener) state->listener->stop();
  const auto until = std::chrono::steady_clock::now() + time;
  bool all = true;
  for (const auto& part : state->parts) {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    Task<bool> draining = drain_core(state, part.get(), std::max(Milliseconds(0), left));
    all = co_await on_core(part->core, std::move(draining)) && all;
  }
  co_return all;
}

void HttpServer::stop() {
  if (state_->listener) state_->listener->stop();
  for (auto& part : state_->parts) {
    part->core.post([state = state_, one = part.get()] {
      const std::vector<HttpSession*> all(one->sessions.begin(), one->sessions.end());
      for (HttpSession* session : all) session->close(false);
    });
  }
}

}  // namespace vitrine
