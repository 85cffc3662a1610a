#include "runtime/ring.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <future>

#include "runtime/tcp.h"
#include "testing/blocking.h"
#include "testing/fake_clock.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

constexpr size_t kSlabBytes = 1'000;

// Slab n: its number four bytes long, then filling.
SlabPtr make_slab(uint32_t number, bool join_point, const Clock& clock) {
  ByteWriter writer;
  writer.u32(number).u32(join_point ? 1 : 0);
  auto bytes = writer.take();
  bytes.resize(kSlabBytes, static_cast<uint8_t>(number));
  auto slab = std::make_shared<Slab>(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)));
  slab->join_point = join_point;
  slab->born_us = clock.monotonic().since_start.count();
  return slab;
}

// One viewer over a real socket pair: seat and socket on their core, the other end with the test.
class Viewer final : public RingListener {
 public:
  Viewer(Core& core, int descriptor, FeedLease lease)
      : socket_(std::move(*TcpSocket::adopt(core, descriptor))),
        seat_(std::make_unique<RingSeat>(std::move(lease), socket_, *this, SeatStart{})) {}
  void on_seat_end(SeatEnd end) override {
    ended = end;
    seat_.reset();
    socket_.close();
  }
  void close_socket() { socket_.close(); }
  std::atomic<std::optional<SeatEnd>> ended;

 private:
  TcpSocket socket_;
  std::unique_ptr<RingSeat> seat_;
};

class RingTest : public ::testing::Test {
 protected:
  RingTest() { cores_.start(); }
  ~RingTest() override {
    run(home(), [this] { feed_.reset(); });
    for (auto& [core, viewer] : viewers_) run(*core, [&v = viewer] { v.reset(); });
    for (const int peer : peers_) ::close(peer);
  }

  // Runs `work` on a core and waits.
  void run(Core& core, std::function<void()> work) {
    std::promise<void> done;
    core.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  Core& home() { return cores_.at(0); }
  void make_feed(RingPolicy policy) {
    run(home(), [&] {
      feed_ = std::make_unique<Feed>(cores_, home(), clock_, FeedOptions{.limits = {}, .policy = policy});
    });
  }
  // Seats a viewer; returns its descriptor on the test's side.
  int watch(Core& core) {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    std::optional<FeedLease> lease;
    run(home(), [&] { lease.emplace(feed_->lease(core)); });
    run(core, [&] {
      viewers_.emplace_back(&core, std::make_unique<Viewer>(core, pair[0], std::move(*lease)));
      lease.reset();
    });
    peers_.push_back(pair[1]);
    return pair[1];
  }
  void append(uint32_t count) {
    run(home(), [&] {
      for (uint32_t at = 0; at < count; ++at, ++appended_)
        feed_->append(make_slab(appended_, appended_ % 50 == 0, clock_));
    });
  }
  // Reads until slab `last` has come; the numbers seen, or nothing when the bytes are torn or it takes
  // longer than any machine should.
  std::vector<uint32_t> read_to(int peer, uint32_t last) {
    std::vector<uint32_t> numbers;
    std::vector<uint8_t> bytes;
    while (numbers.empty() || numbers.back() != last) {
      pollfd wait{peer, POLLIN, 0};
      if (::poll(&wait, 1, 10'000) != 1) return {};
      std::array<uint8_t, 4'096> buffer;
      const ssize_t got = ::read(peer, buffer.data(), buffer.size());
      if (got <= 0) return {};
      bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
      while (bytes.size() >= kSlabBytes) {
        ByteReader reader(bytes);
        numbers.push_back(reader.u32());
        if (bytes[kSlabBytes - 1] != static_cast<uint8_t>(numbers.back())) return {};
        bytes.erase(bytes.begin(), bytes.begin() + kSlabBytes);
      }
    }
    return numbers;
  }
  bool closed_by_server(int peer) {
    pollfd wait{peer, POLLIN, 0};
    std::array<uint8_t, 4'096> buffer;
    while (::poll(&wait, 1, 10'000) == 1) {
      if (::read(peer, buffer.data(), buffer.size()) == 0) return true;
    }
    return false;
  }
  static std::vector<uint32_t> numbers(uint32_t from, uint32_t to) {
    std::vector<uint32_t> out;
    for (uint32_t at = from; at <= to; ++at) out.push_back(at);
    return out;
  }

  FakeClock clock_;  // stands still: nothing here may depend on how fast the machine is
  Cores cores_{2};
  std::unique_ptr<Feed> feed_;
  std::vector<std::pair<Core*, std::unique_ptr<Viewer>>> viewers_;
  std::vector<int> peers_;
  uint32_t appended_ = 0;
};

TEST_F(RingTest, ViewersOnBothCoresGetEverySlabOnceAndInOrder) {
  make_feed({.flush = FlushMode::sweep});
  append(60);
  const std::array<int, 4> peers{watch(cores_.at(0)), watch(cores_.at(1)), watch(cores_.at(0)),
                                 watch(cores_.at(1))};
  for (int round = 0; round < 20; ++round) append(50);
  for (const int peer : peers) EXPECT_EQ(read_to(peer, 1'059), numbers(50, 1'059));
}

TEST_F(RingTest, ASlowReaderGetsItAllOnceItReads) {
  make_feed({.flush = FlushMode::sweep, .lag_max = Milliseconds(60'000)});
  append(1);
  const int slow = watch(cores_.at(1));
  const int quick = watch(cores_.at(1));
  append(1'000);  // far more than a socket pair holds
  EXPECT_EQ(read_to(quick, 1'000), numbers(0, 1'000));
  EXPECT_EQ(read_to(slow, 1'000), numbers(0, 1'000));
}

TEST_F(RingTest, WithAnIntervalALeadingSlabTakesTheRestAlong) {
  make_feed({.flush = FlushMode::interval, .flush_interval = Milliseconds(0)});
  append(1);
  const int peer = watch(cores_.at(1));
  for (int round = 0; round < 5; ++round) append(7);
  EXPECT_EQ(read_to(peer, 35), numbers(0, 35));
}

TEST_F(RingTest, TheEndComesAfterTheLastSlab) {
  make_feed({.flush = FlushMode::sweep});
  append(1);
  const int peer = watch(cores_.at(1));
  append(5);
  run(home(), [&] { feed_->end(); });
  EXPECT_EQ(read_to(peer, 5), numbers(0, 5));
  EXPECT_TRUE(closed_by_server(peer));
  run(cores_.at(1), [&] { EXPECT_EQ(viewers_[0].second->ended.load(), SeatEnd::feed_ended); });
}

TEST_F(RingTest, APeerThatLeavesGivesItsLeaseBack) {
  make_feed({.flush = FlushMode::sweep});
  append(1);
  const int leaver = watch(cores_.at(1));
  const int stayer = watch(cores_.at(0));
  ::shutdown(leaver, SHUT_RDWR);
  size_t leases = 2;
  for (uint32_t tries = 0; leases > 1 && tries < 10'000; ++tries) {
    append(1);
    run(cores_.at(1), [] {});
    run(home(), [&] { leases = feed_->leases(); });
  }
  EXPECT_EQ(leases, 1u);
  EXPECT_EQ(read_to(stayer, appended_ - 1), numbers(0, appended_ - 1));
}

// The ring sends to the descriptor itself: whoever gets its number next must not be written to.
TEST_F(RingTest, ASocketClosedUnderItsSeatIsNotWrittenToAgain) {
  make_feed({.flush = FlushMode::sweep});
  append(1);
  const int peer = watch(cores_.at(1));
  EXPECT_EQ(read_to(peer, 0), numbers(0, 0));
  Viewer& viewer = *viewers_[0].second;
  int next[2];
  run(cores_.at(1), [&] {
    viewer.close_socket();
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, next), 0);
  });
  append(3);
  while (!viewer.ended.load()) run(cores_.at(1), [] {});
  EXPECT_EQ(viewer.ended.load(), SeatEnd::peer_gone);
  std::array<char, 8> buffer;
  EXPECT_EQ(::read(next[0], buffer.data(), buffer.size()), -1);
  EXPECT_EQ(::read(next[1], buffer.data(), buffer.size()), -1);
  ::close(next[0]);
  ::close(next[1]);
}

// A socket that takes everything.
class OpenSocket final : public RingSocket, public RingListener {
 public:
  explicit OpenSocket(size_t& sends) : sends_(sends) {}
  Result<size_t> send(std::span<const iovec> pieces) override {
    ++sends_;
    size_t taken = 0;
    for (const iovec& piece : pieces) taken += piece.iov_len;
    return taken;
  }
  void when_writable(std::function<void()>) override {}
  size_t unsent_bytes() const override { return 0; }
  void on_seat_end(SeatEnd) override {}

 private:
  size_t& sends_;
};

// The most sends of one turn of the loop while everybody gets a slab, and how many there were in all.
struct Sweep {
  size_t most = 0;
  size_t sends = 0;
};
Task<Sweep> sweep_over(Cores* cores, const Clock* clock, size_t viewers) {
  Core& core = *Core::current();
  Feed feed(*cores, core, *clock, {.limits = {}, .policy = {.flush = FlushMode::sweep}});
  Sweep out;
  std::deque<OpenSocket> sockets;
  std::deque<RingSeat> seats;
  for (size_t at = 0; at < viewers; ++at) {
    OpenSocket& socket = sockets.emplace_back(out.sends);
    seats.emplace_back(feed.lease(core), socket, socket, SeatStart{.prefix = {}, .sequence = 0});
  }
  co_await yield_core();  // they are seated
  feed.append(make_slab(0, true, *clock));
  for (size_t turn = 0; turn < viewers; ++turn) {
    const size_t before = out.sends;
    co_await yield_core();
    out.most = std::max(out.most, out.sends - before);
  }
  co_return out;
}

// 15,000 viewers are a pass of 70 ms: who joins, leaves or publishes does not wait for its end.
TEST(RingSweep, GoesInSlicesBetweenWhichOthersGetTheirTurn) {
  Cores cores(1);
  cores.start();
  const SystemClock clock;
  const Sweep sweep = wait_on(cores.at(0), sweep_over(&cores, &clock, 2'000));
  EXPECT_EQ(sweep.sends, 2'000u);
  EXPECT_LE(sweep.most, 128u);
  cores.stop();
}

}  // namespace
}  // namespace vitrine
