#include "runtime/tls_session.h"

#include <linux/sockios.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vitrine {
namespace {

constexpr size_t kRecordBytes = 16 * 1024;  // RFC 8446, 5.1: no record holds more
// Records encrypted for one system call. Only a socket that holds next to nothing gets a whole batch: it
// will take it, so that nothing encrypted stays with us.
constexpr size_t kBatchBytes = 4 * kRecordBytes;
constexpr int kNextToNothing = 16 * 1024;

const Error kReset{ErrorKind::unavailable, "tcp.reset"};
const Error kLeft{ErrorKind::unavailable, "tcp.closed"};
const Error kHandshake{ErrorKind::unavailable, "tls.handshake"};

size_t total_of(std::span<const iovec> pieces) {
  size_t sum = 0;
  for (const iovec& piece : pieces) sum += piece.iov_len;
  return sum;
}

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, TlsCore& core, int descriptor,
                       std::vector<uint8_t> greeting)
    : context_(std::move(context)),
      core_(core),
      ssl_(SSL_new(context_->get())),
      descriptor_(descriptor),
      greeting_(std::move(greeting)) {
  BIO* bio = BIO_new(bio_method());
  check(ssl_ != nullptr && bio != nullptr, "OpenSSL gives a connection");
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
}

std::unique_ptr<TlsSession> TlsSession::server(std::shared_ptr<const TlsContext> context, TlsCore& core,
                                               int descriptor, std::vector<uint8_t> greeting) {
  std::unique_ptr<TlsSession> made(new TlsSession(std::move(context), core, descriptor, std::move(greeting)));
  SSL_set_accept_state(made->ssl_);
  return made;
}

std::unique_ptr<TlsSession> TlsSession::client(std::shared_ptr<const TlsContext> context, TlsCore& core,
                                               int descriptor, const std::string& host) {
  std::unique_ptr<TlsSession> made(new TlsSession(std::move(context), core, descriptor, {}));
  SSL_set_connect_state(made->ssl_);
  X509_VERIFY_PARAM* rules = SSL_get0_param(made->ssl_);
  // An address is looked for among the certificate's addresses and is never sent as a name (RFC 6066, 3).
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) {
    SSL_set_tlsext_host_name(made->ssl_, host.c_str());
    SSL_set1_host(made->ssl_, host.c_str());
  }
  ERR_clear_error();
  return made;
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

// Between OpenSSL and the kernel.

const BIO_METHOD* TlsSession::bio_method() {
  static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "vitrine socket");
    check(made != nullptr, "OpenSSL gives a method");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>(made, BIO_meth_free);
  }();
  return method.get();
}

// Takes everything, always: OpenSSL never has to try a record twice, and holds no buffer for it.
int TlsSession::bio_write(BIO* bio, const char* bytes, int size) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  const Bytes record{reinterpret_cast<const uint8_t*>(bytes), static_cast<size_t>(size)};
  if (self.more_follows_) {
    auto& records = self.core_.records();
    records.insert(records.end(), record.begin(), record.end());
    return size;
  }
  return self.put(record) ? size : -1;
}

int TlsSession::bio_read(BIO* bio, char* into, int size) {
  auto& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self.greeting_used_ < self.greeting_.size()) {
    const size_t taken = std::min(self.greeting_.size() - self.greeting_used_, static_cast<size_t>(size));
    std::memcpy(into, self.greeting_.data() + self.greeting_used_, taken);
    self.greeting_used_ += taken;
    if (self.greeting_used_ == self.greeting_.size()) self.greeting_ = {};
    if (self.greeting_.empty()) self.greeting_used_ = 0;
    return static_cast<int>(taken);
  }
  for (;;) {
    const ssize_t got = ::recv(self.descriptor_, into, static_cast<size_t>(size), MSG_DONTWAIT);
    if (got == 0) self.ended_ = true;
    if (got >= 0) return static_cast<int>(got);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) BIO_set_retry_read(bio);
    return -1;
  }
}

long TlsSession::bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<TlsSession*>(BIO_get_data(bio))->ended_ ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

ssize_t TlsSession::give(std::span<const iovec> pieces) const {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const ssize_t taken = ::sendmsg(descriptor_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken >= 0) return taken;
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) return -1;
  }
}

bool TlsSession::put(Bytes last) {
  auto& records = core_.records();
  size_t taken = 0;
  if (waiting() == 0 && !broken_) {
    const iovec pieces[2] = {{records.data(), records.size()},
                             {const_cast<uint8_t*>(last.data()), last.size()}};
    const ssize_t given = give(records.empty() ? std::span(pieces).subspan(1) : std::span(pieces));
    broken_ = given < 0;
    taken = broken_ ? 0 : static_cast<size_t>(given);
  }
  if (!broken_ && taken < records.size() + last.size()) {
    const size_t of_records = std::min(taken, records.size());
    waiting_.insert(waiting_.end(), records.begin() + static_cast<ptrdiff_t>(of_records), records.end());
    waiting_.insert(waiting_.end(), last.begin() + static_cast<ptrdiff_t>(taken - of_records), last.end());
  }
  records.clear();
  return !broken_;
}

Result<void> TlsSession::flush() {
  while (waiting() > 0) {
    const iovec piece{waiting_.data() + waiting_sent_, waiting()};
    const ssize_t taken = give({&piece, 1});
    if (taken < 0) {
      broken_ = true;
      return kReset;
    }
    if (taken == 0) return {};
    waiting_sent_ += static_cast<size_t>(taken);
  }
  waiting_ = {};  // a viewer that keeps up keeps no buffer
  waiting_sent_ = 0;
  return {};
}

// The protocol.

Error TlsSession::failure() {
  const unsigned long code = ERR_peek_error();
  const char* words = ERR_reason_error_string(code);
  why_ = words != nullptr ? words : "the connection ended";
  ERR_clear_error();
  return code == 0 ? kLeft : kHandshake;
}

Result<bool> TlsSession::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  if (done == 1) return true;
  const int why = SSL_get_error(ssl_, done);
  if (why == SSL_ERROR_WANT_READ) return false;
  return failure();
}

Result<std::optional<size_t>> TlsSession::receive(std::span<uint8_t> into) {
  ERR_clear_error();
  size_t got = 0;
  const int done = SSL_read_ex(ssl_, into.data(), into.size(), &got);
  if (done == 1) return std::optional<size_t>(got);
  switch (SSL_get_error(ssl_, done)) {
    case SSL_ERROR_WANT_READ:
      return std::optional<size_t>();
    case SSL_ERROR_ZERO_RETURN:
      return std::optional<size_t>(size_t{0});
    default:
      failure();
      return kReset;
  }
}

Result<size_t> TlsSession::send(std::span<const iovec> pieces, uint64_t name) {
  if (const auto flushed = flush(); !flushed) return flushed.error();
  if (waiting() > 0) return size_t{0};
  const size_t total = std::min(total_of(pieces), TlsCore::kFlatMax);
  size_t taken = 0;
  while (taken < total && waiting() == 0) {
    const size_t size = batch_bytes(total - taken);
    const Bytes plain =
        name != 0 ? core_.flat(pieces, name).subspan(taken, size) : core_.part(pieces, taken, size);
    if (const auto done = encrypt(plain); !done) return done.error();
    taken += plain.size();
  }
  return taken;
}

size_t TlsSession::batch_bytes(size_t left) const {
  if (left <= kRecordBytes) return left;
  int held = 0;
  const bool empty = ioctl(descriptor_, SIOCOUTQ, &held) == 0 && held <= kNextToNothing;
  return std::min(left, empty ? kBatchBytes : kRecordBytes);
}

Result<void> TlsSession::encrypt(Bytes plain) {
  ERR_clear_error();
  while (!plain.empty()) {
    const Bytes record = plain.first(std::min(plain.size(), kRecordBytes));
    plain = plain.subspan(record.size());
    more_follows_ = !plain.empty();
    size_t written = 0;
    const bool done = SSL_write_ex(ssl_, record.data(), record.size(), &written) == 1;
    more_follows_ = false;
    if (done) continue;
    core_.records().clear();
    failure();
    return kReset;
  }
  return {};
}

void TlsSession::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

}  // namespace vitrine
