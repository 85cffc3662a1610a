#include "runtime/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>

#include "runtime/tcp_state.h"

namespace vitrine {
namespace {

constexpr size_t kPiecesMax = 1024;        // IOV_MAX
constexpr int kBeatBytesMax = 128 * 1024;  // so much waiting for a beat wakes the loop all the same

const Error kClosed{ErrorKind::unavailable, "tcp.closed"};
const Error kReset{ErrorKind::unavailable, "tcp.reset"};
const Error kTimedOut{ErrorKind::timed_out, "tcp.timed_out"};
const Error kLate{ErrorKind::timed_out, "tls.timed_out"};

TcpPeer peer_of(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = {};
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
    return {text, ntohs(v4.sin_port)};
  }
  if (storage.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof(text));
  else
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
  return {text, ntohs(v6.sin6_port)};
}

}  // namespace

TcpSocket::State::State(Core& c, int fd)
    : core(c),
      descriptor(c.io(), fd),
      peer(peer_of(fd)),
      read(c.io(), *this),
      write(c.io(), *this),
      beats(boost::asio::use_service<Beats>(c.io())) {}

void TcpSocket::State::drop() {
  closed = true;
  if (borrower != nullptr) std::exchange(borrower, nullptr)->on_descriptor_gone();
  read.deadline.disarm();
  write.deadline.disarm();
  boost::system::error_code ignored;
  descriptor.close(ignored);
  companion.reset();
  if (beat.count() > 0) beats.hurry(this);
}

void TcpSocket::State::close() {
  if (closed) return;
  if (tls && phase == Phase::open) tls->say_goodbye();
  if (waiting() == 0 || phase != Phase::open) {
    drop();
    return;
  }
  closed = true;
  read.deadline.disarm();
  write.expired = false;
  write.deadline.arm(kFarewellTime);
  wake();
  keep_flushing();
}

TcpSocket::TcpSocket() = default;
TcpSocket::TcpSocket(std::shared_ptr<State> state) : state_(std::move(state)) {}
TcpSocket::TcpSocket(TcpSocket&&) noexcept = default;

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  if (this != &other) {
    close();
    state_ = std::move(other.state_);
  }
  return *this;
}

TcpSocket::~TcpSocket() {
  close();
}

Result<TcpSocket> TcpSocket::adopt(Core& core, int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // a Unix pair has no such option
  try {
    return TcpSocket(std::make_shared<State>(core, descriptor));
  } catch (const boost::system::system_error&) {
    ::close(descriptor);
    return Error{ErrorKind::exhausted, "tcp.descriptor"};
  }
}

Task<Result<TcpSocket>> TcpSocket::connect(Core& core, std::string address, uint16_t port,
                                           Milliseconds time) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  socklen_t size = 0;
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    size = sizeof(v4);
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof(v6);
  } else {
    co_return Error{ErrorKind::invalid_input, "tcp.address"};
  }
  const int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) co_return Error{ErrorKind::exhausted, "tcp.descriptor"};
  const bool failed = ::connect(fd, reinterpret_cast<sockaddr*>(&storage), size) != 0 && errno != EINPROGRESS;
  auto socket = adopt(core, fd);
  if (!socket) co_return socket.error();
  const Error refused{ErrorKind::unavailable, "tcp.refused"};
  if (failed) co_return refused;
  socket->set_write_limit(time);
  if (const auto waited = co_await socket->wait_writable(); !waited) co_return waited.error();
  int outcome = 0;
  socklen_t outcome_size = sizeof(outcome);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &outcome_size);
  if (outcome != 0) co_return refused;
  socket->state_->peer = peer_of(fd);
  socket->set_write_limit(Milliseconds(0));
  co_return std::move(*socket);
}

void TcpSocket::close() {
  if (!state_) return;
  state_->close();
  state_.reset();
}

void TcpSocket::abort() {
  if (!state_) return;
  const linger reset{1, 0};
  setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  state_->drop();
  state_.reset();
}

void TcpSocket::finish_writing() {
  if (!state_ || state_->closed) return;
  if (secure()) state_->tls->say_goodbye();
  state_->finishing = true;
  state_->keep_flushing();
}

bool TcpSocket::secure() const {
  return state_ && state_->tls && state_->phase == State::Phase::open;
}

Task<Result<void>> TcpSocket::wait(std::shared_ptr<State> state, Direction direction) {
  if (!state || state->closed) co_return kClosed;
  const bool reading = direction == Direction::reading;
  State::Limit& limit = reading ? state->read : state->write;
  limit.expired = false;
  if (limit.time.count() > 0) limit.deadline.arm(limit.time);
  for (;;) {
    boost::system::error_code failed;
    co_await state->descriptor.async_wait(reading ? boost::asio::posix::stream_descriptor::wait_read
                                                  : boost::asio::posix::stream_descriptor::wait_write,
                                          boost::asio::redirect_error(boost::asio::use_awaitable, failed));
    if (state->closed) co_return kClosed;
    if (limit.expired) co_return kTimedOut;
    if (reading && state->late) co_return kLate;
    if (failed == boost::asio::error::operation_aborted) continue;
    limit.deadline.disarm();
    if (failed) co_return kReset;
    co_return Result<void>();
  }
}

Task<Result<void>> TcpSocket::wait_beat(std::shared_ptr<State> state) {
  if (state->closed) co_return kClosed;
  state->drained = false;
  co_await state->beats.next(state->beat, state.get());
  if (state->closed) co_return kClosed;
  co_return Result<void>();
}

Task<Result<void>> TcpSocket::wait_writable() {
  return wait(state_, Direction::writing);
}

Task<Result<void>> TcpSocket::wait_readable() {
  if (state_ && state_->phase == State::Phase::greeting)
    return shake_hands(state_, state_->door->handshake_time());
  if (state_ && state_->beat.count() > 0) return wait_beat(state_);
  return wait(state_, Direction::reading);
}

void TcpSocket::when_writable(std::function<void()> wake) {
  if (!state_) return;
  state_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                                [state = state_, wake = std::move(wake)](const boost::system::error_code&) {
                                  if (!state->closed) wake();
                                });
}

void TcpSocket::when_readable(std::function<void()> wake) {
  if (!state_) return;
  state_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                [state = state_, wake = std::move(wake)](const boost::system::error_code&) {
                                  if (!state->closed) wake();
                                });
}

void TcpSocket::keep(std::shared_ptr<const void> companion) {
  if (state_) state_->companion = std::move(companion);
}

Result<std::optional<size_t>> TcpSocket::receive(std::span<uint8_t> into) {
  if (!state_ || state_->closed) return kClosed;
  if (state_->phase == State::Phase::undecided) {
    if (const auto decided = state_->decide(); !decided) return decided.error();
  }
  if (state_->phase != State::Phase::open) return std::optional<size_t>();
  if (state_->tls) {
    const auto got = state_->tls->receive(into);
    state_->keep_flushing();
    return got;
  }
  for (;;) {
    const ssize_t got = ::recv(descriptor(), into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) {
      const auto bytes = static_cast<size_t>(got);
      state_->drained = state_->beat.count() > 0 && bytes > 0 && bytes < into.size();
      return std::optional<size_t>(bytes);
    }
    if (errno == EAGAIN) return std::optional<size_t>();
    if (errno != EINTR) return kReset;
  }
}

Result<size_t> TcpSocket::send_shared(std::span<const iovec> pieces, uint64_t name) {
  if (!state_ || state_->closed) return kClosed;
  if (state_->tls) {
    if (state_->phase != State::Phase::open) return size_t{0};
    const auto taken = state_->tls->send(pieces, name);
    state_->keep_flushing();
    return taken;
  }
  return send_plain(descriptor(), pieces);
}

int TcpSocket::lend_descriptor(DescriptorBorrower& borrower) {
  if (!state_ || state_->closed || state_->tls || state_->phase != State::Phase::open) return -1;
  check(state_->borrower == nullptr, "a descriptor is lent to one at a time");
  state_->borrower = &borrower;
  return descriptor();
}

void TcpSocket::give_descriptor_back() {
  if (state_) state_->borrower = nullptr;
}

Result<size_t> TcpSocket::send_plain(int descriptor, std::span<const iovec> pieces) {
  constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = std::min(pieces.size(), kPiecesMax);
  for (;;) {
    // One piece is what most sends are, and has no list for the kernel to read.
    const ssize_t taken = pieces.size() == 1
                              ? ::send(descriptor, pieces[0].iov_base, pieces[0].iov_len, kFlags)
                              : ::sendmsg(descriptor, &message, kFlags);
    if (taken >= 0) return static_cast<size_t>(taken);
    if (errno == EAGAIN) return size_t{0};
    if (errno != EINTR) return kReset;
  }
}

Task<Result<size_t>> TcpSocket::read_some(std::span<uint8_t> into) {
  check(!into.empty(), "read_some needs room");
  for (;;) {
    if (!state_ || !state_->drained) {
      const auto got = receive(into);
      if (!got) co_return got.error();
      if (*got) co_return **got;
    }
    if (const auto waited = co_await wait_readable(); !waited) co_return waited.error();
  }
}

Task<Result<void>> TcpSocket::write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<uint8_t*>(bytes.data()), bytes.size()};
    const auto taken = send({&piece, 1});
    if (!taken) co_return taken.error();
    bytes = bytes.subspan(*taken);
    if (*taken > 0) continue;
    if (const auto waited = co_await wait_writable(); !waited) co_return waited.error();
  }
  while (state_ && state_->waiting() > 0) {
    if (const auto waited = co_await wait_writable(); !waited) co_return waited.error();
    state_->keep_flushing();
  }
  co_return Result<void>();
}

void TcpSocket::set_read_limit(Milliseconds time) {
  if (state_) state_->read.time = time;
}

void TcpSocket::set_write_limit(Milliseconds time) {
  if (state_) state_->write.time = time;
}

void TcpSocket::set_read_beat(Milliseconds every) {
  if (!state_ || state_->closed) return;
  if (every == state_->beat) return;
  // The loop watches every descriptor for reading: only the kernel can keep it asleep meanwhile.
  const int least = every.count() > 0 ? kBeatBytesMax : 1;
  setsockopt(descriptor(), SOL_SOCKET, SO_RCVLOWAT, &least, sizeof(least));
  state_->beats.hurry(state_.get());
  state_->beat = every;
  state_->drained = false;
}

void TcpSocket::set_unsent_limit(int bytes) {
  if (state_) setsockopt(descriptor(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof(bytes));
}

size_t TcpSocket::unsent_bytes() const {
  int bytes = 0;
  if (!state_ || ioctl(descriptor(), SIOCOUTQ, &bytes) != 0) return 0;
  return static_cast<size_t>(bytes) + state_->waiting();
}

const std::string& TcpSocket::peer_address() const {
  static const std::string none;
  return state_ ? state_->peer.address : none;
}

uint16_t TcpSocket::peer_port() const {
  return state_ ? state_->peer.port : uint16_t{0};
}

int TcpSocket::descriptor() const {
  return state_ ? state_->descriptor.native_handle() : -1;
}

}  // namespace vitrine
