#include "runtime/tcp.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <vector>

#include "runtime/listener.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

// A core and a connected pair: `socket` on the core, `peer` a plain descriptor in the test's hands.
class TcpTest : public ::testing::Test {
 protected:
  TcpTest() {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    peer_ = pair[1];
    cores_.start();
    socket_ = std::make_unique<TcpSocket>(wait_on(core(), adopt(pair[0])));
  }
  ~TcpTest() override {
    wait_on(core(), drop());
    ::close(peer_);
  }
  Task<TcpSocket> adopt(int fd) { co_return std::move(*TcpSocket::adopt(core(), fd)); }
  Task<void> drop() {
    socket_.reset();
    co_return;
  }
  Task<std::string> read_text() {
    std::vector<uint8_t> buffer(64);
    const auto got = co_await socket_->read_some(buffer);
    if (!got) co_return std::string(got.error().reason);
    co_return std::string(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  Core& core() { return cores_.at(0); }

  Cores cores_{1};
  std::unique_ptr<TcpSocket> socket_;
  int peer_ = -1;
};

TEST_F(TcpTest, ReadsWhatThePeerWrites) {
  ASSERT_EQ(::write(peer_, "hello", 5), 5);
  EXPECT_EQ(wait_on(core(), read_text()), "hello");
}

TEST_F(TcpTest, ReadsNothingWhenThePeerHasFinished) {
  ::shutdown(peer_, SHUT_WR);
  EXPECT_EQ(wait_on(core(), read_text()), "");
}

TEST_F(TcpTest, AReadLimitEndsTheWait) {
  socket_->set_read_limit(Milliseconds(120));
  EXPECT_EQ(wait_on(core(), read_text()), "tcp.timed_out");
  // The socket lives on: the next read has its own limit.
  ASSERT_EQ(::write(peer_, "late", 4), 4);
  EXPECT_EQ(wait_on(core(), read_text()), "late");
}

TEST_F(TcpTest, ClosingWakesTheReader) {
  auto reading = begin_on(core(), read_text());
  core().post([this] { socket_->close(); });
  EXPECT_EQ(*reading.get(), "tcp.closed");
}

// The read's limit cancels both waits; the writer, who has time, must not notice.
TEST_F(TcpTest, OneDirectionsLimitLeavesTheOtherWaiting) {
  socket_->set_read_limit(Milliseconds(100));
  const std::string much(4 << 20, 'x');
  auto write = [](TcpSocket* socket, const std::string* bytes) -> Task<Result<void>> {
    co_return co_await socket->write_all(as_bytes(*bytes));
  };
  auto writing = begin_on(core(), write(socket_.get(), &much));
  EXPECT_EQ(wait_on(core(), read_text()), "tcp.timed_out");
  std::vector<char> sink(1 << 16);
  size_t seen = 0;
  while (seen < much.size()) {
    const ssize_t got = ::read(peer_, sink.data(), sink.size());
    if (got > 0) seen += static_cast<size_t>(got);
  }
  EXPECT_TRUE(*writing.get());
}

TEST_F(TcpTest, AWriteLimitEndsTheWaitForAPeerThatDoesNotRead) {
  socket_->set_write_limit(Milliseconds(100));
  const std::string much(8 << 20, 'x');
  auto write = [](TcpSocket* socket, const std::string* bytes) -> Task<Result<void>> {
    co_return co_await socket->write_all(as_bytes(*bytes));
  };
  const auto wrote = wait_on(core(), write(socket_.get(), &much));
  ASSERT_FALSE(wrote);
  EXPECT_EQ(wrote.error().reason, "tcp.timed_out");
}

TEST_F(TcpTest, SendTakesWhatFitsAndThenNothing) {
  const std::string piece(1 << 16, 'x');
  const iovec pieces[2] = {{const_cast<char*>(piece.data()), piece.size()},
                           {const_cast<char*>(piece.data()), piece.size()}};
  size_t taken = 0;
  for (;;) {
    const auto sent = socket_->send(pieces);
    ASSERT_TRUE(sent);
    if (*sent == 0) break;
    taken += *sent;
  }
  EXPECT_GT(taken, 0u);
  ::close(peer_);
  const auto sent = socket_->send(pieces);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, "tcp.reset");
  peer_ = ::dup(0);
}

TEST_F(TcpTest, ReceiveTellsNothingYetFromTheEnd) {
  std::vector<uint8_t> buffer(8);
  auto got = socket_->receive(buffer);
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->has_value());
  ::shutdown(peer_, SHUT_WR);
  got = socket_->receive(buffer);
  ASSERT_TRUE(got && got->has_value());
  EXPECT_EQ(**got, 0u);
}

// Both wait for the same beat, though the first came before the second.
TEST_F(TcpTest, AtABeatWhatHasComeIsReadTogether) {
  socket_->set_read_beat(Milliseconds(20));
  ASSERT_EQ(::write(peer_, "one", 3), 3);
  EXPECT_EQ(wait_on(core(), read_text()), "one") << "the first receive() asks before it waits";
  auto reading = begin_on(core(), read_text());
  ASSERT_EQ(::write(peer_, "two", 3), 3);
  ASSERT_EQ(::write(peer_, "three", 5), 5);
  EXPECT_EQ(*reading.get(), "twothree");
}

TEST_F(TcpTest, AtABeatTheEndIsSeenToo) {
  socket_->set_read_beat(Milliseconds(20));
  ::shutdown(peer_, SHUT_WR);
  EXPECT_EQ(wait_on(core(), read_text()), "");
}

TEST_F(TcpTest, ClosingWakesWhoWaitsForABeat) {
  socket_->set_read_beat(Milliseconds(3'600'000));
  auto reading = begin_on(core(), read_text());
  core().post([this] { socket_->close(); });
  EXPECT_EQ(*reading.get(), "tcp.closed");
}

TEST_F(TcpTest, WithoutABeatBytesAreReadAsTheyComeAgain) {
  socket_->set_read_beat(Milliseconds(3'600'000));
  socket_->set_read_beat(Milliseconds(0));
  auto reading = begin_on(core(), read_text());
  ASSERT_EQ(::write(peer_, "now", 3), 3);
  EXPECT_EQ(*reading.get(), "now");
}

TEST_F(TcpTest, WhenReadableCallsOnceBytesHaveCome) {
  std::promise<std::string> heard;
  core().post([&] {
    socket_->when_readable([&] {
      std::vector<uint8_t> buffer(8);
      const auto got = socket_->receive(buffer);
      heard.set_value(got && *got
                          ? std::string(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(**got))
                          : "nothing");
    });
  });
  ASSERT_EQ(::write(peer_, "hello", 5), 5);
  EXPECT_EQ(heard.get_future().get(), "hello");
}

TEST_F(TcpTest, ACompanionStaysUntilTheSocketHasClosed) {
  const auto companion = std::make_shared<int>(1);
  socket_->keep(companion);
  EXPECT_EQ(companion.use_count(), 2);
  auto close = [](TcpSocket* socket) -> Task<void> {
    TcpSocket moved = std::move(*socket);
    moved.close();
    co_return;
  };
  wait_on(core(), close(socket_.get()));
  EXPECT_EQ(companion.use_count(), 1);
}

struct Borrower final : DescriptorBorrower {
  void on_descriptor_gone() override { ++gone; }
  int gone = 0;
};

TEST_F(TcpTest, WhoBorrowsTheDescriptorHearsBeforeItCloses) {
  Borrower borrower;
  EXPECT_EQ(socket_->lend_descriptor(borrower), socket_->descriptor());
  auto close = [](TcpSocket* socket) -> Task<void> {
    socket->close();
    co_return;
  };
  wait_on(core(), close(socket_.get()));
  EXPECT_EQ(borrower.gone, 1);
  EXPECT_EQ(socket_->lend_descriptor(borrower), -1);
}

TEST_F(TcpTest, WhoGaveTheDescriptorBackHearsNothing) {
  Borrower borrower;
  socket_->lend_descriptor(borrower);
  socket_->give_descriptor_back();
  auto close = [](TcpSocket* socket) -> Task<void> {
    socket->close();
    co_return;
  };
  wait_on(core(), close(socket_.get()));
  EXPECT_EQ(borrower.gone, 0);
}

TEST(TcpSocketClosed, EverythingAnswersClosed) {
  TcpSocket socket;
  std::vector<uint8_t> buffer(8);
  EXPECT_EQ(socket.receive(buffer).error().reason, "tcp.closed");
  EXPECT_EQ(socket.send({}).error().reason, "tcp.closed");
  EXPECT_EQ(socket.unsent_bytes(), 0u);
  EXPECT_EQ(socket.peer_address(), "");
  EXPECT_EQ(socket.descriptor(), -1);
}

TEST(TcpConnect, ReachesAListenerAndIsRefusedWhereNobodyListens) {
  Cores cores(1);
  cores.start();
  std::string fault;
  auto listener = Listener::open(cores, {.name = "test", .bind = {"127.0.0.1"}}, fault);
  ASSERT_TRUE(listener) << fault;
  const uint16_t port = (*listener)->port();
  auto connect = [](Core* core, uint16_t to) -> Task<std::string> {
    const auto socket = co_await TcpSocket::connect(*core, "127.0.0.1", to, Milliseconds(2000));
    co_return socket ? socket->peer_address() : std::string(socket.error().reason);
  };
  EXPECT_EQ(wait_on(cores.at(0), connect(&cores.at(0), port)), "127.0.0.1");
  listener->reset();
  auto settle = []() -> Task<void> { co_return; };
  wait_on(cores.at(0), settle());
  EXPECT_EQ(wait_on(cores.at(0), connect(&cores.at(0), port)), "tcp.refused");
  auto nonsense = [](Core* core) -> Task<std::string> {
    const auto socket = co_await TcpSocket::connect(*core, "example.org", 80, Milliseconds(2000));
    co_return std::string(socket.error().reason);
  };
  EXPECT_EQ(wait_on(cores.at(0), nonsense(&cores.at(0))), "tcp.address");
}

}  // namespace
}  // namespace vitrine
