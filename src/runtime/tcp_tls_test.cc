// TLS and plain on one port, as a listener's connections meet them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <prometheus/registry.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/listener.h"
#include "runtime/metrics.h"
#include "testing/blocking.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

int dial(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval limit{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0, "the listener is there");
  return fd;
}

// Reads a line and answers it, with "tls " or "plain " before it; "flood N" is answered with N bytes, and
// then the connection is closed at once.
Task<void> answer(TcpSocket socket) {
  std::string line;
  std::vector<uint8_t> buffer(100);
  while (line.find('\n') == std::string::npos) {
    const auto got = co_await socket.read_some(buffer);
    if (!got || *got == 0) co_return;
    line.append(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*got));
  }
  if (line.starts_with("flood ")) {
    const std::vector<uint8_t> flood(std::stoul(line.substr(6)), 'f');
    Bytes left = flood;
    while (!left.empty()) {
      const iovec piece{const_cast<uint8_t*>(left.data()), left.size()};
      const auto taken = socket.send({&piece, 1});
      if (!taken) co_return;
      left = left.subspan(*taken);
      if (*taken > 0) continue;
      const auto waited = co_await socket.wait_writable();
      if (!waited) co_return;
    }
    co_return;  // with the last record perhaps still on its way to the kernel
  }
  const std::string reply = (socket.secure() ? "tls " : "plain ") + line;
  const auto wrote = co_await socket.write_all(as_bytes(reply));
  EXPECT_TRUE(wrote);
}

class TcpTlsTest : public ::testing::Test {
 protected:
  ~TcpTlsTest() override {
    if (listener_) listener_->stop();
    cores_.stop();
  }
  // Listens with `one`'s certificate.
  uint16_t port(PlainRule plain = PlainRule::close) {
    if (listener_) return listener_->port();
    settings_.certificate = one_.certificate;
    settings_.key = one_.key;
    configure();
    std::string fault;
    auto opened =
        Listener::open(cores_, {.name = "test", .bind = {"127.0.0.1"}, .tls = door_, .plain = plain}, fault);
    check(opened.ok(), "the test's listener opens");
    listener_ = std::move(*opened);
    cores_.start();
    listener_->start([](Core& core, TcpSocket socket) { core.spawn(answer(std::move(socket))); });
    return listener_->port();
  }
  void configure() {
    std::string fault;
    EXPECT_TRUE(door_->configure(settings_, fault)) << fault;
  }
  // How many handshakes ended so; waits until there are as many as expected.
  bool outcomes_reach(const std::string& outcome, int count) {
    const std::string line =
        "vitrine_tls_handshakes_total{outcome=\"" + outcome + "\"} " + std::to_string(count);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
      if (render_metrics(metrics_).find(line) != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  }

  TestFolder folder_;
  TestCertificate one_{folder_.path(), "one"};
  TestCertificate two_{folder_.path(), "two"};
  prometheus::Registry metrics_;
  TlsSettings settings_;
  std::shared_ptr<TlsDoor> door_ = std::make_shared<TlsDoor>(metrics_);
  Cores cores_{1};
  std::unique_ptr<Listener> listener_;
};

std::string ask_plain(int fd) {
  check(::write(fd, "hello\n", 6) == 6, "the listener reads");
  char buffer[64];
  const ssize_t got = ::read(fd, buffer, sizeof(buffer));
  ::close(fd);
  return {buffer, static_cast<size_t>(std::max<ssize_t>(got, 0))};
}

TEST_F(TcpTlsTest, BothSpeakOnOnePort) {
  TlsClient secure(port());
  ASSERT_TRUE(secure.ok());
  const int plain = dial(port());
  secure.write("hello\n");
  EXPECT_EQ(secure.read_all(), "tls hello\n");
  EXPECT_TRUE(secure.was_told_goodbye());
  EXPECT_EQ(secure.protocol(), "http/1.1");
  EXPECT_EQ(ask_plain(plain), "plain hello\n");
}

// A client between two sockets that passes the ClientHello on in pieces.
TEST_F(TcpTlsTest, TheFirstBytesMayComeInAnyPieces) {
  for (size_t split = 1; split < 24; ++split) {
    int between[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, between), 0);
    const int server = dial(port());
    std::thread relay([&, far = between[1]] {
      char buffer[4'096];
      ssize_t got = ::read(far, buffer, sizeof(buffer));
      const auto first = std::min<ssize_t>(got, static_cast<ssize_t>(split));
      EXPECT_EQ(::send(server, buffer, first, 0), first);
      std::this_thread::yield();
      for (ssize_t at = first; at < got; ++at) EXPECT_EQ(::send(server, buffer + at, 1, 0), 1);
      std::thread back([&] {
        char returned[4'096];
        for (ssize_t some = 0; (some = ::read(server, returned, sizeof(returned))) > 0;)
          if (::send(far, returned, static_cast<size_t>(some), MSG_NOSIGNAL) < 0) break;
        ::shutdown(far, SHUT_RDWR);
      });
      while ((got = ::read(far, buffer, sizeof(buffer))) > 0)
        if (::send(server, buffer, static_cast<size_t>(got), MSG_NOSIGNAL) < 0) break;
      ::shutdown(server, SHUT_RDWR);
      back.join();
    });
    {
      auto client = TlsClient::over(between[0]);
      ASSERT_TRUE(client.ok()) << split;
      client.write("hello\n");
      EXPECT_EQ(client.read_all(), "tls hello\n");
    }
    relay.join();
    ::close(between[1]);
    ::close(server);
  }
}

TEST_F(TcpTlsTest, AnAttachedConnectionOutlivesItsCertificate) {
  TlsClient before(port());
  ASSERT_EQ(before.certificate_name(), "one");
  settings_.certificate = two_.certificate;
  settings_.key = two_.key;
  configure();
  TlsClient after(port());
  EXPECT_EQ(after.certificate_name(), "two");
  before.write("hello\n");
  EXPECT_EQ(before.read_all(), "tls hello\n");
}

TEST_F(TcpTlsTest, RequiredClosesWhatIsPlain) {
  settings_.required = true;
  EXPECT_EQ(ask_plain(dial(port())), "");
  TlsClient secure(port());
  secure.write("hello\n");
  EXPECT_EQ(secure.read_all(), "tls hello\n");
  EXPECT_NE(render_metrics(metrics_).find("vitrine_tls_plain_refused_total 1\n"), std::string::npos);
}

TEST_F(TcpTlsTest, RequiredLeavesTheAnswerToWhoeverCanGiveOne) {
  settings_.required = true;
  EXPECT_EQ(ask_plain(dial(port(PlainRule::answer))), "plain hello\n");
}

TEST_F(TcpTlsTest, AHandshakeThatIsNotFinishedInTimeIsCut) {
  settings_.handshake = Milliseconds(100);
  const int fd = dial(port());
  ASSERT_EQ(::write(fd, "\x16\x03\x01", 3), 3);
  char byte = 0;
  EXPECT_LE(::read(fd, &byte, 1), 0);
  ::close(fd);
  EXPECT_TRUE(outcomes_reach("late", 1));
}

// One byte now and then does not buy a new limit each time.
TEST_F(TcpTlsTest, DrippingIsNoWayAroundTheLimit) {
  settings_.handshake = Milliseconds(100);
  const int fd = dial(port());
  const std::string hello = "\x16\x03\x01\x02" + std::string(1'000, '\0');
  size_t sent = 0;
  for (const char byte : hello) {
    if (::send(fd, &byte, 1, MSG_NOSIGNAL) != 1) break;
    ++sent;
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, 20) != 0) break;  // closed
  }
  EXPECT_LT(sent, 100u);
  ::close(fd);
}

TEST_F(TcpTlsTest, WhoLeavesInTheMiddleIsCounted) {
  const int fd = dial(port());
  ASSERT_EQ(::write(fd, "\x16\x03\x01\x02", 4), 4);
  ::close(fd);
  EXPECT_TRUE(outcomes_reach("left", 1));
}

TEST_F(TcpTlsTest, WhatOnlyBeginsLikeTlsIsRefused) {
  const int fd = dial(port());
  const std::string noise("\x16GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(::write(fd, noise.data(), noise.size()), static_cast<ssize_t>(noise.size()));
  char byte = 0;
  EXPECT_LE(::read(fd, &byte, 1), 0);
  ::close(fd);
  EXPECT_TRUE(outcomes_reach("refused", 1));
}

// The socket is closed while its last records may still wait for the kernel: they arrive all the same, and
// the goodbye behind them.
TEST_F(TcpTlsTest, ClosingLosesNothingThatWasTaken) {
  TlsClient client(port());
  client.write("flood 8000000\n");
  EXPECT_EQ(client.read_all().size(), 8'000'000u);
  EXPECT_TRUE(client.was_told_goodbye());
}

// Our own client, for pulls.
Task<std::string> ask_as_client(Core* core, uint16_t port, std::shared_ptr<const TlsContext> context) {
  auto socket = co_await TcpSocket::connect(*core, "127.0.0.1", port, Milliseconds(5'000));
  if (!socket) co_return std::string(socket.error().reason);
  const auto shaken = co_await socket->start_tls(std::move(context), "localhost", Milliseconds(5'000));
  if (!shaken) co_return std::string(shaken.error().reason);
  const std::string line = "hello\n";
  const auto wrote = co_await socket->write_all(as_bytes(line));
  if (!wrote) co_return std::string(wrote.error().reason);
  std::vector<uint8_t> buffer(64);
  const auto got = co_await socket->read_some(buffer);
  if (!got) co_return std::string(got.error().reason);
  co_return std::string(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*got));
}

TEST_F(TcpTlsTest, OurOwnClientSpeaksToUs) {
  const uint16_t its_port = port();
  auto anybody = TlsContext::client(TlsContext::Trust::anybody);
  ASSERT_TRUE(anybody);
  EXPECT_EQ(wait_on(cores_.at(0), ask_as_client(&cores_.at(0), its_port, *anybody)), "tls hello\n");
}

TEST_F(TcpTlsTest, OurOwnClientDoesNotBelieveAStranger) {
  const uint16_t its_port = port();
  auto authorities = TlsContext::client(TlsContext::Trust::authorities);
  ASSERT_TRUE(authorities);
  EXPECT_EQ(wait_on(cores_.at(0), ask_as_client(&cores_.at(0), its_port, *authorities)), "tls.handshake");
  EXPECT_TRUE(outcomes_reach("refused", 1));
}

}  // namespace
}  // namespace vitrine
