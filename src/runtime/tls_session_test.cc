#include "runtime/tls_session.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <rapidcheck.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>

#include "testing/blocking.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

// A session and OpenSSL's own client at the two ends of a socket pair that holds little.
class Pair {
 public:
  explicit Pair(int send_buffer) {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "a socket pair");
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
    std::copy(ends, ends + 2, ends_);
    SSL_set_fd(client_, ends_[1]);
    SSL_set_connect_state(client_);
    std::string fault;
    auto context = TlsContext::server(certificate_.certificate, certificate_.key, fault);
    check(context.ok(), "the test's certificate is fine");
    session_ = TlsSession::server(*context, TlsCore::of(core_), ends_[0], {});
    bool done = false;
    while (!done || SSL_in_init(client_) != 0) {
      SSL_do_handshake(client_);
      done = *session_->shake_hands();
      check(session_->flush().ok(), "the client is there");
    }
  }
  ~Pair() {
    SSL_free(client_);
    SSL_CTX_free(context_);
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  TlsSession& session() { return *session_; }
  // What the client has, at most `count` bytes; empty when there is nothing.
  std::string read(size_t count) {
    std::string out(count, '\0');
    size_t got = 0;
    if (SSL_read_ex(client_, out.data(), count, &got) != 1) got = 0;
    out.resize(got);
    return out;
  }
  void hang_up() { ::shutdown(ends_[1], SHUT_RDWR); }
  void write(std::string_view bytes) {
    size_t written = 0;
    check(SSL_write_ex(client_, bytes.data(), bytes.size(), &written) == 1, "the session reads");
  }

 private:
  TestFolder folder_;
  TestCertificate certificate_{folder_.path(), "pair"};
  Core core_{0};
  SSL_CTX* context_ = SSL_CTX_new(TLS_client_method());
  SSL* client_ = SSL_new(context_);
  int ends_[2];
  std::unique_ptr<TlsSession> session_;
};

// Bytes of which each place is recognisable.
std::vector<uint8_t> numbered(size_t size, size_t from) {
  std::vector<uint8_t> out(size);
  for (size_t at = 0; at < size; ++at) out[at] = static_cast<uint8_t>((from + at) * 2'654'435'761u >> 13);
  return out;
}

// As the ring gives them: a message in several pieces.
std::vector<iovec> in_pieces(std::vector<uint8_t>& bytes, size_t piece) {
  std::vector<iovec> out;
  for (size_t at = 0; at < bytes.size(); at += piece)
    out.push_back({bytes.data() + at, std::min(piece, bytes.size() - at)});
  return out;
}

// Whatever the kernel takes and whenever the client reads: what the client gets is what send() said it
// took, each byte once and in order.
TEST(TlsSession, TheClientGetsExactlyWhatWasTaken) {
  EXPECT_TRUE(rc::check("exact", [] {
    Pair pair(*rc::gen::element(2'048, 20'000, 100'000, 400'000));
    std::string taken;
    std::string got;
    const auto steps = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange(0u, 1u << 24));
    uint64_t name = 1;
    for (const uint32_t step : steps) {
      if (step % 3 == 0) {
        got += pair.read(1 + step % 70'000);
        continue;
      }
      auto bytes = numbered(step % 150'000, taken.size());
      const auto pieces = in_pieces(bytes, 1 + step % 9'001);
      const auto sent = pair.session().send(pieces, step % 3 == 1 ? ++name : 0);
      RC_ASSERT(sent.ok() && *sent <= bytes.size());
      taken.append(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(*sent));
      // Rule 3 of the session: at most a batch, whatever is asked of it.
      RC_ASSERT(pair.session().waiting() <= 66'000u);
    }
    while (got.size() < taken.size()) {
      RC_ASSERT(pair.session().flush().ok());
      got += pair.read(1'000'000);
    }
    RC_ASSERT(got == taken);
    RC_ASSERT(pair.read(1).empty());
  }));
}

// The list of the viewers at the live edge is put in one row once, and each of them gets the same.
TEST(TlsSession, ASharedListReachesEachAlike) {
  Pair one(400'000);
  auto bytes = numbered(50'000, 7);
  const auto pieces = in_pieces(bytes, 1'300);
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_EQ(*one.session().send(pieces, 42), bytes.size());
    std::string got;
    while (got.size() < bytes.size()) got += one.read(bytes.size() - got.size());
    EXPECT_EQ(got, std::string(bytes.begin(), bytes.end()));
  }
}

TEST(TlsSession, WhileSomethingWaitsNothingIsTaken) {
  Pair pair(2'048);
  auto bytes = numbered(200'000, 0);
  const auto pieces = in_pieces(bytes, 5'000);
  const auto first = pair.session().send(pieces, 0);
  ASSERT_TRUE(first);
  ASSERT_LT(*first, bytes.size());
  ASSERT_GT(pair.session().waiting(), 0u);
  EXPECT_EQ(*pair.session().send(pieces, 0), 0u);
}

TEST(TlsSession, AClientThatStallsFromTheStartKeepsAtMostABatch) {
  Pair pair(2'048);
  auto bytes = numbered(500'000, 0);
  const auto pieces = in_pieces(bytes, 5'000);
  while (*pair.session().send(pieces, 0) > 0) continue;
  EXPECT_LE(pair.session().waiting(), 66'000u);
}

TEST(TlsSession, ReadsUntilNothingIsThereAndSeesTheEnd) {
  Pair pair(100'000);
  std::vector<uint8_t> buffer(64);
  EXPECT_EQ(*pair.session().receive(buffer), std::nullopt);
  pair.write("hello");
  pair.write(" again");
  std::string got;
  while (const auto some = *pair.session().receive(buffer))
    got.append(buffer.begin(), buffer.begin() + *some);
  EXPECT_EQ(got, "hello again");
  pair.hang_up();
  EXPECT_EQ(*pair.session().receive(buffer), 0u);
}

TEST(TlsSession, SendingToAPeerThatHasGoneFails) {
  Pair pair(2'048);
  pair.hang_up();
  auto bytes = numbered(100, 0);
  EXPECT_EQ(pair.session().send(in_pieces(bytes, 100), 0).error().reason, "tcp.reset");
}

}  // namespace
}  // namespace vitrine
