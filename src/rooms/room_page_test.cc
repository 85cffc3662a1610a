// What a page costs while its viewer is silent, and that those who read the same bytes share them.
#include "rooms/room_page.h"

#include <gtest/gtest.h>

#include "rooms/room_feed.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

// 15,000 pages are silent for hours. All of ours is to stay under 3 KiB a page (bench/rooms.sh measures it);
// these are its large parts, beside the socket's and the ring's.
TEST(RoomPage, IsSmallWhileNobodySaysAnything) {
  EXPECT_LE(sizeof(RoomPage), 432u);
  EXPECT_LE(sizeof(RoomSocket), 432u);
  EXPECT_LE(sizeof(PrivateLane), 80u);
}

// Where each send's bytes lie.
class SeenSocket final : public RingSocket, public RingListener {
 public:
  Result<size_t> send(std::span<const iovec> pieces) override {
    size_t taken = 0;
    for (const iovec& piece : pieces) {
      seen.push_back(piece.iov_base);
      taken += piece.iov_len;
    }
    return taken;
  }
  void when_writable(std::function<void()>) override {}
  size_t unsent_bytes() const override { return 0; }
  void on_seat_end(SeatEnd) override {}

  std::vector<const void*> seen;
};

Task<void> send_to_two(Cores* cores, const Clock* clock, SeenSocket* one, SeenSocket* two) {
  Core& core = *Core::current();
  RoomFeed feed(*cores, core, *clock, {});
  RingSeat first(feed.lease(core, WebSocketDeflate::on), *one, *one, {.prefix = {}, .sequence = 0});
  RingSeat second(feed.lease(core, WebSocketDeflate::on), *two, *two, {.prefix = {}, .sequence = 0});
  feed.append(std::string(1'000, 'x'));
  for (int turn = 0; turn < 100; ++turn) co_await yield_core();
}

TEST(RoomFeed, AFrameIsDeflatedOnceForAll) {
  Cores cores(1);
  cores.start();
  const SystemClock clock;
  SeenSocket one;
  SeenSocket two;
  wait_on(cores.at(0), send_to_two(&cores, &clock, &one, &two));
  EXPECT_FALSE(one.seen.empty());
  EXPECT_EQ(one.seen, two.seen) << "the same bytes at the same place";
  cores.stop();
}

}  // namespace
}  // namespace vitrine
