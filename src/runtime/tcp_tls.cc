// TLS below a TcpSocket: the first byte, the handshake, and what waits for the kernel.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "runtime/tcp_state.h"
#include "runtime/tls_greeting.h"

namespace vitrine {
namespace {

const Error kClosed{ErrorKind::unavailable, "tcp.closed"};
const Error kReset{ErrorKind::unavailable, "tcp.reset"};
const Error kLate{ErrorKind::timed_out, "tls.timed_out"};
const Error kRequired{ErrorKind::forbidden, "tls.required"};

TlsOutcome outcome_of(const Result<void>& shaken) {
  if (shaken) return TlsOutcome::done;
  if (shaken.error().kind == ErrorKind::timed_out) return TlsOutcome::late;
  const bool left = shaken.error() == kClosed || shaken.error() == kReset;
  return left ? TlsOutcome::left : TlsOutcome::refused;
}

}  // namespace

Result<TcpSocket> TcpSocket::accept(Core& core, int descriptor, std::shared_ptr<TlsDoor> door,
                                    PlainRule rule) {
  auto socket = adopt(core, descriptor);
  if (!socket || !door || !door->context()) return socket;
  State& state = *socket->state_;
  state.phase = State::Phase::undecided;
  state.door = std::move(door);
  state.rule = rule;
  return socket;
}

Result<void> TcpSocket::State::decide() {
  uint8_t first = 0;
  const ssize_t got = ::recv(descriptor.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? Result<void>() : Result<void>(kReset);
  if (got == 1 && first == kTlsFirstByte) {
    phase = Phase::greeting;
    return {};
  }
  phase = Phase::open;
  const auto its_door = std::move(door);
  if (!its_door->required() || rule == PlainRule::answer) return {};
  its_door->count_plain_refused();
  log_debug("tls.plain_refused", {{"address", peer.address}});
  drop();
  return kRequired;
}

Result<bool> TcpSocket::State::read_greeting() {
  for (;;) {
    const auto whole = tls_greeting_size(greeting);
    if (!whole) return whole.error();
    if (greeting.size() >= kTlsGreetingHead && greeting.size() == *whole) return true;
    const size_t had = greeting.size();
    // Not before they come: the length is only the peer's word. Its first bytes, then what it announced.
    uint8_t buffer[2048];
    const size_t room = std::min(sizeof(buffer), *whole - had);
    const ssize_t got = ::recv(descriptor.native_handle(), buffer, room, MSG_DONTWAIT);
    if (got == 0) return kClosed;
    if (got > 0) greeting.insert(greeting.end(), buffer, buffer + got);
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0 && errno != EINTR) return kReset;
  }
}

// One limit for all of it, however the peer doles out its bytes. A handshake that fails ends the
// connection.
Task<Result<void>> TcpSocket::shake_hands(std::shared_ptr<State> state, Milliseconds time) {
  Deadline limit(state->core.io(), [&state = *state] {
    state.late = true;
    state.wake();
  });
  limit.arm(time);
  const Result<void> shaken = co_await take_steps(state);
  if (state->door) state->door->count(outcome_of(shaken));
  if (!shaken) {
    const char* words = state->tls ? state->tls->why() : "";
    log_debug("tls.handshake_failed",
              {{"address", state->peer.address}, {"why", shaken.error().reason}, {"words", words}});
    if (!state->closed) state->drop();
    co_return shaken;
  }
  state->phase = State::Phase::open;
  state->door.reset();
  co_return shaken;
}

Task<Result<void>> TcpSocket::take_steps(std::shared_ptr<State> state) {
  while (!state->tls) {
    const auto whole = state->read_greeting();
    if (!whole) co_return whole.error();
    if (*whole) {
      auto context = state->door->context();
      if (!context) co_return kClosed;  // TLS was turned off meanwhile
      state->phase = State::Phase::shaking;
      state->tls = TlsSession::server(std::move(context), TlsCore::of(state->core),
                                      state->descriptor.native_handle(), std::move(state->greeting));
      break;
    }
    if (const auto ready = co_await wait(state, Direction::reading); !ready) co_return ready;
  }
  TlsCore& core = TlsCore::of(state->core);
  for (;;) {
    co_await core.turn();
    if (state->closed) co_return kClosed;
    if (state->late) co_return kLate;
    const auto done = state->tls->shake_hands();
    state->keep_flushing();
    if (!done) co_return done.error();
    if (*done) co_return Result<void>();
    if (const auto ready = co_await wait(state, Direction::reading); !ready) co_return ready;
  }
}

Task<Result<void>> TcpSocket::start_tls(std::shared_ptr<const TlsContext> context, std::string host,
                                        Milliseconds time) {
  const std::shared_ptr<State> state = state_;
  if (!state || state->closed) co_return kClosed;
  state->phase = State::Phase::shaking;
  state->tls = TlsSession::client(std::move(context), TlsCore::of(state->core),
                                  state->descriptor.native_handle(), host);
  co_return co_await shake_hands(state, time);
}

void TcpSocket::State::keep_flushing() {
  if (flushing || !descriptor.is_open()) return;
  const bool broken = tls && !tls->flush();
  if (waiting() == 0 && std::exchange(finishing, false)) ::shutdown(descriptor.native_handle(), SHUT_WR);
  if (closed && (broken || waiting() == 0 || write.expired)) drop();
  // Broken, it is the owner's next call that learns it.
  if (broken || waiting() == 0 || !descriptor.is_open()) return;
  flushing = true;
  descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                        [state = shared_from_this()](const boost::system::error_code&) {
                          state->flushing = false;
                          state->keep_flushing();
                        });
}

}  // namespace vitrine
