#include "runtime/ring_viewers.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "testing/fake_clock.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

// A peer that takes what the test lets it take.
class ScriptedSocket final : public RingSocket {
 public:
  Result<size_t> send(std::span<const iovec> list) override {
    ++sends;
    pieces = list.size();
    if (broken) return Error{ErrorKind::unavailable, "tcp.reset"};
    size_t taken = 0;
    for (const iovec& piece : list) {
      const size_t part = std::min(piece.iov_len, room);
      const auto* from = static_cast<const uint8_t*>(piece.iov_base);
      received.insert(received.end(), from, from + part);
      room -= part;
      taken += part;
      if (part < piece.iov_len) break;
    }
    return taken;
  }
  void when_writable(std::function<void()> wake) override { waiting = std::move(wake); }
  size_t unsent_bytes() const override { return unsent; }
  // Makes room and, if somebody waits for it, says so.
  void open(size_t bytes) {
    room = bytes;
    if (bytes > 0 && waiting) std::exchange(waiting, nullptr)();
  }

  static constexpr size_t kAll = size_t{1} << 40;
  size_t room = kAll;
  size_t unsent = 0;
  size_t sends = 0;
  size_t pieces = 0;  // of the last send
  bool broken = false;
  std::vector<uint8_t> received;
  std::function<void()> waiting;
};

class NoListener final : public RingListener {
  void on_seat_end(SeatEnd) override {}
};

// What the bytes a viewer got say: one record per slab, opening or private message.
struct Record {
  char kind = 0;
  uint32_t number = 0;
  friend bool operator==(const Record&, const Record&) = default;
};

std::vector<uint8_t> record_bytes(Record record, size_t filling) {
  ByteWriter writer;
  writer.u8(static_cast<uint8_t>(record.kind)).u32(record.number).u32(filling);
  for (size_t at = 0; at < filling; ++at) writer.u8((record.number + at) & 0xff);
  return writer.take();
}

// Empty when a record is torn or its filling is not its own.
std::optional<std::vector<Record>> read_records(const std::vector<uint8_t>& bytes) {
  std::vector<Record> out;
  ByteReader reader(bytes);
  while (reader.left() > 0) {
    Record record{static_cast<char>(reader.u8()), reader.u32()};
    const Bytes filling = reader.bytes(reader.u32());
    if (!reader.finish()) return std::nullopt;
    for (size_t at = 0; at < filling.size(); ++at) {
      if (filling[at] != ((record.number + at) & 0xff)) return std::nullopt;
    }
    out.push_back(record);
  }
  return out;
}

// Cut into head, payload and tail, as a real slab is.
SlabPtr make_slab(Record record, size_t filling, const Clock& clock, bool join_point = false) {
  const auto whole = record_bytes(record, filling);
  const Bytes all(whole);
  const size_t tail = std::min<size_t>(4, filling);
  auto payload = std::make_shared<const std::vector<uint8_t>>(whole.begin() + 9,
                                                              whole.end() - static_cast<ptrdiff_t>(tail));
  auto slab = std::make_shared<Slab>(all.first(9), payload, all.last(tail));
  slab->born_us = clock.monotonic().since_start.count();
  slab->join_point = join_point;
  if (join_point) slab->opening = make_slab({'O', record.number}, 7, clock);
  return slab;
}

// One feed on one core without a loop: the test decides when it flushes.
struct Bench {
  explicit Bench(RingPolicy policy = {}, RingLimits limits = {})
      : ring(limits), viewers(ring, clock, policy, [this](ViewerId id) {
          return [this, id] { viewers.writable(id, flushed); };
        }) {}

  void append(size_t filling = 50, bool join_point = false) {
    const auto number = static_cast<uint32_t>(ring.head());
    ring.append(make_slab({'S', number}, filling, clock, join_point));
  }
  ViewerId add(ScriptedSocket& socket, SeatStart start = {}) {
    const ViewerId id = viewers.add(socket, listener, std::move(start));
    viewers.write(id, flushed);
    return id;
  }
  void flush(RingViewers::Look look = RingViewers::Look::away) {
    flushed = ring.head();
    viewers.begin_pass(look);
    while (viewers.slice(flushed, 3)) {
    }
  }
  // What is done once a second.
  void look() {
    viewers.end_stalled();
    flush(RingViewers::Look::at_lag);
  }

  FakeClock clock;
  NoListener listener;
  RingSlabs ring;
  RingViewers viewers;
  uint64_t flushed = 0;
};

std::vector<Record> slabs(uint32_t from, uint32_t to) {
  std::vector<Record> out;
  for (uint32_t at = from; at < to; ++at) out.push_back({'S', at});
  return out;
}

TEST(RingViewers, ALateJoinerBeginsAtTheNewestJoinPointWithItsOpening) {
  Bench bench;
  for (int at = 0; at < 10; ++at) bench.append(50, at == 2 || at == 6);
  bench.flush();
  ScriptedSocket socket;
  bench.add(socket, {.prefix = {make_slab({'H', 0}, 5, bench.clock)}, .sequence = {}});
  std::vector<Record> wanted{{'H', 0}, {'O', 6}};
  for (const auto& record : slabs(6, 10)) wanted.push_back(record);
  EXPECT_EQ(read_records(socket.received), wanted);
}

TEST(RingViewers, WithoutAJoinPointAJoinerWaitsForOne) {
  Bench bench;
  bench.append();
  bench.flush();
  ScriptedSocket socket;
  bench.add(socket);
  bench.append();
  bench.flush();
  EXPECT_TRUE(socket.received.empty());
  bench.append(50, true);
  bench.flush();
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'O', 2}, {'S', 2}}));
}

TEST(RingViewers, EveryoneAtTheLiveEdgeCostsOneSendAFlush) {
  Bench bench;
  std::array<ScriptedSocket, 5> sockets;
  bench.append(50, true);
  bench.flush();
  for (auto& socket : sockets) bench.add(socket);
  for (auto& socket : sockets) socket.sends = 0;
  for (int at = 0; at < 3; ++at) bench.append();
  bench.flush();
  for (auto& socket : sockets) {
    EXPECT_EQ(socket.sends, 1u);
    EXPECT_EQ(read_records(socket.received)->size(), 5u);
  }
}

TEST(RingViewers, PrivateBytesGoBetweenSlabsOnly) {
  Bench bench;
  bench.append(100, true);
  ScriptedSocket socket;
  const ViewerId id = bench.add(socket);
  socket.open(30);  // in the middle of the opening or the first slab
  bench.flush();
  ASSERT_TRUE(bench.viewers.send_private(id, record_bytes({'P', 1}, 20)));
  socket.open(ScriptedSocket::kAll);
  bench.append();
  bench.flush();
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'O', 0}, {'S', 0}, {'P', 1}, {'S', 1}}));
}

TEST(RingViewers, AFullLaneTakesNothingMore) {
  Bench bench;
  ScriptedSocket socket;
  const ViewerId id = bench.add(socket);
  EXPECT_TRUE(bench.viewers.send_private(id, std::vector<uint8_t>(16 * 1024)));
  const auto refused = bench.viewers.send_private(id, std::vector<uint8_t>(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "ring.lane_full");
}

TEST(RingViewers, OverItsLagBudgetAViewerGoesOnAtAJoinPointAheadAndNowhereElse) {
  Bench bench({.lag_max = Milliseconds(1'000)});
  bench.append(100, true);
  ScriptedSocket socket;
  bench.add(socket);
  socket.open(20);
  for (int at = 0; at < 20; ++at) {
    bench.append();
    bench.flush();
    bench.clock.advance(Milliseconds(100));
  }
  bench.look();
  bench.flush();
  socket.open(ScriptedSocket::kAll);  // it could take all now, but there is no join point ahead
  bench.flush();
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'O', 0}, {'S', 0}}));  // begun, so finished
  bench.append(50, true);
  bench.append();
  bench.flush();
  EXPECT_EQ(read_records(socket.received),
            (std::vector<Record>{{'O', 0}, {'S', 0}, {'O', 21}, {'S', 21}, {'S', 22}}));
  EXPECT_EQ(bench.viewers.stats().skips, 1u);
}

TEST(RingViewers, WhatTheKernelStillHoldsCountsAsLag) {
  Bench bench({.lag_max = Milliseconds(1'000)});
  ScriptedSocket socket;
  bench.append(50, true);
  bench.add(socket);
  for (int at = 0; at < 20; ++at) {
    bench.append();
    bench.flush();
    bench.clock.advance(Milliseconds(100));
  }
  socket.unsent = 5 * 59;
  bench.look();
  EXPECT_EQ(bench.viewers.stats().skips, 0u);
  socket.unsent = 15 * 59;
  bench.look();
  EXPECT_EQ(bench.viewers.stats().skips, 1u);
}

TEST(RingViewers, AJoinerIsNotBehindForTheAgeOfItsJoinPoint) {
  Bench bench({.lag_max = Milliseconds(500)});
  bench.append(50, true);
  for (int at = 0; at < 50; ++at) {
    bench.append();
    bench.clock.advance(Milliseconds(100));
  }
  bench.flush();
  ScriptedSocket socket;
  socket.room = 0;
  bench.add(socket);
  bench.look();
  EXPECT_EQ(bench.viewers.stats().skips, 0u);
}

TEST(RingViewers, AskingPolicyTellsTheListenerAndWaitsForResume) {
  Bench bench({.on_lag = LagPolicy::ask}, {.slabs_max = 4});
  ScriptedSocket socket;
  const ViewerId id = bench.add(socket, {.prefix = {}, .sequence = 0});
  socket.room = 0;
  for (int at = 0; at < 8; ++at) bench.append();
  bench.flush();
  auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_FALSE(notices[0].end);
  socket.open(ScriptedSocket::kAll);
  bench.viewers.resume(id, {.prefix = {make_slab({'H', 9}, 5, bench.clock)}, .sequence = bench.ring.head()});
  bench.append();
  bench.flush();
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'H', 9}, {'S', 8}}));
}

TEST(RingViewers, AHeldViewerGetsTheRestOfItsSlabAndIsAtRest) {
  Bench bench;
  bench.append(50, true);
  ScriptedSocket socket;
  const ViewerId id = bench.add(socket, {.prefix = {}, .sequence = 0});
  socket.room = 20;
  bench.flush();
  bench.viewers.hold(id);
  bench.append(50, true);
  bench.flush();
  EXPECT_FALSE(bench.viewers.at_rest(id)) << "a slab is half sent";
  socket.open(ScriptedSocket::kAll);
  EXPECT_TRUE(bench.viewers.at_rest(id));
  EXPECT_EQ(read_records(socket.received), slabs(0, 1));
  bench.viewers.resume(id, {});
  bench.flush();
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'S', 0}, {'O', 1}, {'S', 1}}));
}

TEST(RingViewers, WhoSkipsAgainAndAgainBeforeTakingAnythingHasOneOpeningWaiting) {
  Bench bench({.lag_max = Milliseconds(1'000)});
  bench.append(100, true);
  ScriptedSocket socket;
  bench.add(socket);
  socket.open(20);
  for (int at = 0; at < 5; ++at) {
    bench.append(50, true);
    bench.flush();
    bench.clock.advance(Milliseconds(2'000));
    bench.append();
    bench.look();
  }
  EXPECT_GT(bench.viewers.stats().skips, 3u);
  bench.append(50, true);
  socket.open(ScriptedSocket::kAll);
  bench.flush();
  const auto records = read_records(socket.received);
  ASSERT_TRUE(records);
  const auto openings = std::count_if(records->begin(), records->end(),
                                      [](const Record& record) { return record.kind == 'O'; });
  EXPECT_EQ(openings, 2) << "the first one, and the newest of those it never began";
}

TEST(RingViewers, WhoFallsBehindAgainBeforeTakingWhatItLackedIsToldWhenItHas) {
  Bench bench({.on_lag = LagPolicy::ask}, {.slabs_max = 4});
  ScriptedSocket socket;
  const ViewerId id = bench.add(socket, {.prefix = {}, .sequence = 0});
  socket.room = 0;
  for (int at = 0; at < 8; ++at) bench.append();
  bench.flush();
  ASSERT_FALSE(bench.viewers.take_notices().at(0).end) << "the first time it is asked";
  bench.viewers.resume(id, {.prefix = {make_slab({'H', 9}, 5, bench.clock)}, .sequence = bench.ring.head()});
  for (int at = 0; at < 8; ++at) bench.append();
  bench.flush();
  EXPECT_TRUE(bench.viewers.take_notices().empty());
  socket.open(ScriptedSocket::kAll);
  EXPECT_EQ(read_records(socket.received), (std::vector<Record>{{'H', 9}}));
  const auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_FALSE(notices[0].end);
  EXPECT_EQ(notices[0].lost_from, 8u);
}

// An answer is tens of KiB, which would lie in memory for each of those who do not read.
TEST(RingViewers, WhoTakesNothingIsToldThatItLagsWhenItTakesBytesAgain) {
  Bench bench({.on_lag = LagPolicy::ask}, {.slabs_max = 4});
  ScriptedSocket socket;
  bench.add(socket, {.prefix = {}, .sequence = 0});
  bench.append();
  socket.room = 20;
  bench.flush();
  for (int at = 0; at < 8; ++at) bench.append();
  bench.flush();
  EXPECT_TRUE(bench.viewers.take_notices().empty());
  socket.open(ScriptedSocket::kAll);
  EXPECT_EQ(read_records(socket.received), slabs(0, 1)) << "what it had begun";
  const auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_FALSE(notices[0].end);
  EXPECT_EQ(notices[0].lost_from, 1u);
}

TEST(RingViewers, AStalledViewerEndsAndOthersDoNotNotice) {
  Bench bench({.stall_max = Milliseconds(5'000)});
  ScriptedSocket stalled;
  ScriptedSocket healthy;
  bench.append(50, true);
  const ViewerId id = bench.add(stalled);
  bench.add(healthy);
  stalled.room = 10;
  for (int at = 0; at < 60; ++at) {
    bench.append();
    bench.flush();
    bench.clock.advance(Milliseconds(100));
  }
  bench.look();
  const auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].id, id);
  EXPECT_EQ(notices[0].end, SeatEnd::stalled);
  EXPECT_EQ(read_records(healthy.received)->size(), 62u);
}

TEST(RingViewers, ViewersLeavingInMidSweepTakeNobodysTurn) {
  Bench bench;
  std::array<ScriptedSocket, 12> sockets;
  std::vector<ViewerId> ids;
  bench.append(50, true);
  bench.flush();
  for (auto& socket : sockets) ids.push_back(bench.add(socket));
  bench.append();
  bench.viewers.begin_pass();
  ASSERT_TRUE(bench.viewers.slice(bench.ring.head(), 6));
  for (const size_t leaver : {0u, 3u, 5u, 6u, 11u}) bench.viewers.remove(ids[leaver]);
  while (bench.viewers.slice(bench.ring.head(), 2)) {
  }
  for (const size_t stayer : {1u, 2u, 4u, 7u, 8u, 9u, 10u}) {
    EXPECT_EQ(read_records(sockets[stayer].received)->size(), 3u) << "viewer " << stayer;
    EXPECT_EQ(sockets[stayer].sends, 2u) << "viewer " << stayer;
  }
}

TEST(RingViewers, ABrokenPeerIsReportedOnceAndNamesAreNotReused) {
  Bench bench;
  ScriptedSocket socket;
  bench.append(50, true);
  const ViewerId id = bench.add(socket);
  socket.broken = true;
  bench.append();
  bench.flush();
  bench.flush();
  const auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].end, SeatEnd::peer_gone);
  bench.viewers.remove(id);
  ScriptedSocket next;
  const ViewerId other = bench.add(next);
  EXPECT_FALSE(bench.viewers.seated(id));
  EXPECT_TRUE(bench.viewers.seated(other));
}

TEST(RingViewers, AtTheEndEveryoneGetsWhatThereIsFirst) {
  Bench bench;
  ScriptedSocket quick;
  ScriptedSocket slow;
  bench.append(50, true);
  bench.add(quick);
  slow.room = 5;
  bench.add(slow);
  bench.append();
  bench.viewers.end();
  bench.flush();
  ASSERT_EQ(bench.viewers.take_notices().size(), 1u);
  slow.open(ScriptedSocket::kAll);
  const auto notices = bench.viewers.take_notices();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].end, SeatEnd::feed_ended);
  EXPECT_EQ(read_records(slow.received)->size(), 3u);
}

// What a viewer got must be: slabs in order without a hole, except onto a join point after its opening;
// and its private messages, all, whole and in order.
void expect_unbroken(const std::vector<Record>& records, uint32_t messages) {
  std::optional<uint32_t> next_slab;
  uint32_t next_message = 0;
  bool opened = false;
  for (const Record& record : records) {
    if (record.kind == 'P') {
      RC_ASSERT(record.number == next_message++);
    } else if (record.kind == 'O') {
      RC_ASSERT(!next_slab || record.number >= *next_slab);
      next_slab = record.number;
      opened = true;
    } else {
      RC_ASSERT(opened);
      RC_ASSERT(record.number == *next_slab);
      ++*next_slab;
    }
  }
  RC_ASSERT(next_message == messages);
}

TEST(RingViewers, NothingIsLostDoubledOrTornWhateverTheSocketTakes) {
  const auto property = [] {
    Bench bench({.lag_max = Milliseconds(400), .stall_max = Milliseconds(1'000'000)}, {.slabs_max = 64});
    struct Peer {
      ScriptedSocket socket;
      ViewerId id;
      uint32_t messages = 0;
    };
    std::vector<std::unique_ptr<Peer>> peers;
    const auto some_peer = [&] { return *rc::gen::inRange<size_t>(0, peers.size()); };
    const int steps = *rc::gen::inRange(50, 200);
    for (int step = 0; step < steps; ++step) {
      const int action =
          *rc::gen::weightedElement<int>({{8, 0}, {5, 1}, {8, 2}, {2, 3}, {2, 4}, {1, 5}, {2, 6}});
      if (action == 0) bench.append(*rc::gen::inRange<size_t>(0, 300), *rc::gen::inRange(0, 6) == 0);
      if (action == 1) bench.flush();
      if (action == 2 && !peers.empty()) peers[some_peer()]->socket.open(*rc::gen::inRange<size_t>(0, 600));
      if (action == 3) {
        peers.push_back(std::make_unique<Peer>());
        peers.back()->socket.room = *rc::gen::inRange<size_t>(0, 200);
        peers.back()->id = bench.add(peers.back()->socket);
      }
      if (action == 4 && !peers.empty()) {
        Peer& peer = *peers[some_peer()];
        const Record record{'P', peer.messages};
        if (bench.viewers.send_private(peer.id, record_bytes(record, *rc::gen::inRange<size_t>(0, 90))))
          ++peer.messages;
      }
      if (action == 5 && !peers.empty()) {
        const size_t leaver = some_peer();
        bench.viewers.remove(peers[leaver]->id);
        peers.erase(peers.begin() + static_cast<ptrdiff_t>(leaver));
      }
      if (action == 6) {
        bench.clock.advance(Milliseconds(100));
        bench.look();
      }
    }
    for (int round = 0; round < 3; ++round) {
      for (auto& peer : peers) peer->socket.open(ScriptedSocket::kAll);
      bench.append(10, true);
      bench.flush();
    }
    for (auto& peer : peers) {
      const auto records = read_records(peer->socket.received);
      RC_ASSERT(records.has_value());
      expect_unbroken(*records, peer->messages);
      RC_ASSERT((records->back() == Record{'S', static_cast<uint32_t>(bench.ring.head() - 1)}));
    }
  };
  EXPECT_TRUE(rc::check(property));
}

// A room's side of LagPolicy::ask: whoever is told that it lacks slabs gets, some time later, a word on
// what it lacks and goes on at the head.
class Answerer {
 public:
  explicit Answerer(Bench& bench) : bench_(bench) {}
  void hear() {
    for (const auto& notice : bench_.viewers.take_notices())
      if (!notice.end) asked_.push_back({notice.id, notice.lost_from});
  }
  // Answers the one who has waited longest; false when nobody waits.
  bool answer() {
    hear();
    if (asked_.empty()) return false;
    const Asked one = asked_.front();
    asked_.erase(asked_.begin());
    const uint64_t sequence = bench_.ring.head();
    SeatStart start;
    start.prefix = {make_slab({'L', static_cast<uint32_t>(one.lost_from)}, 40, bench_.clock),
                    make_slab({'H', static_cast<uint32_t>(sequence)}, 40, bench_.clock)};
    start.sequence = sequence;
    bench_.viewers.resume(one.id, std::move(start));
    bench_.viewers.write(one.id, bench_.flushed);
    return true;
  }

 private:
  struct Asked {
    ViewerId id;
    uint64_t lost_from = 0;
  };
  Bench& bench_;
  std::vector<Asked> asked_;
};

// Every slab is there, or a word ('L' from, 'H' to) on exactly those that are not.
void expect_accounted(const std::vector<Record>& records, uint32_t first) {
  uint32_t next = first;
  for (const Record& record : records) {
    if (record.kind == 'H')
      next = record.number;
    else if (record.kind == 'L')
      RC_ASSERT(record.number == next);
    else if (record.kind == 'S')
      RC_ASSERT(record.number == next++);
  }
}

TEST(RingViewers, WhoIsToldWhatItLacksLacksNothingElseAndAlwaysGoesOn) {
  const auto property = [] {
    Bench bench(
        {.on_lag = LagPolicy::ask, .lag_max = Milliseconds(400), .stall_max = Milliseconds(1'000'000)},
        {.slabs_max = 8});
    Answerer room(bench);
    struct Peer {
      ScriptedSocket socket;
      ViewerId id;
      uint32_t first = 0;
      uint32_t messages = 0;
    };
    std::vector<std::unique_ptr<Peer>> peers;
    const auto some_peer = [&]() -> Peer& { return *peers[*rc::gen::inRange<size_t>(0, peers.size())]; };
    const int steps = *rc::gen::inRange(50, 300);
    for (int step = 0; step < steps; ++step) {
      const int action =
          *rc::gen::weightedElement<int>({{10, 0}, {6, 1}, {6, 2}, {1, 3}, {2, 4}, {2, 5}, {3, 6}});
      if (action == 0) bench.append(*rc::gen::inRange<size_t>(0, 200));
      if (action == 1) bench.flush();
      if (action == 2 && !peers.empty()) some_peer().socket.open(*rc::gen::inRange<size_t>(0, 300));
      if (action == 3) {
        peers.push_back(std::make_unique<Peer>());
        Peer& peer = *peers.back();
        peer.socket.room = *rc::gen::inRange<size_t>(0, 200);
        peer.first = static_cast<uint32_t>(bench.ring.head());
        peer.id = bench.add(peer.socket, {.prefix = {}, .sequence = bench.ring.head()});
      }
      if (action == 4 && !peers.empty()) {
        Peer& peer = some_peer();
        const Record record{'P', peer.messages};
        if (bench.viewers.send_private(peer.id, record_bytes(record, *rc::gen::inRange<size_t>(0, 90))))
          ++peer.messages;
        bench.viewers.write(peer.id, bench.flushed);
      }
      if (action == 5) {
        bench.clock.advance(Milliseconds(100));
        bench.look();
      }
      if (action == 6) room.answer();
    }
    for (auto& peer : peers) peer->socket.open(ScriptedSocket::kAll);
    bench.flush();
    while (room.answer()) continue;
    bench.append(10);
    bench.flush();
    for (auto& peer : peers) {
      const auto records = read_records(peer->socket.received);
      RC_ASSERT(records.has_value());
      expect_accounted(*records, peer->first);
      RC_ASSERT((records->back() == Record{'S', static_cast<uint32_t>(bench.ring.head() - 1)}));
      uint32_t messages = 0;
      for (const Record& record : *records)
        if (record.kind == 'P') RC_ASSERT(record.number == messages++);
      RC_ASSERT(messages == peer->messages);
    }
  };
  EXPECT_TRUE(rc::check(property));
}

TEST(RingViewers, ManyViewersAtTheLiveEdgeGetOnePiece) {
  Bench bench;
  std::array<ScriptedSocket, RingViewers::kViewersToJoin> sockets;
  bench.append(50, true);
  bench.flush();
  for (auto& socket : sockets) bench.add(socket);
  bench.append();
  bench.append();
  bench.flush();
  EXPECT_EQ(sockets[0].pieces, 1u);
  EXPECT_EQ(read_records(sockets[0].received), (std::vector<Record>{{'O', 0}, {'S', 0}, {'S', 1}, {'S', 2}}));
}

TEST(RingViewers, AFewViewersGetThePiecesAsTheyLie) {
  Bench bench;
  ScriptedSocket socket;
  bench.append(50, true);
  bench.flush();
  bench.add(socket);
  bench.append();
  bench.append();
  bench.flush();
  EXPECT_EQ(socket.pieces, 6u) << "head, payload and tail of two";
}

}  // namespace
}  // namespace vitrine
