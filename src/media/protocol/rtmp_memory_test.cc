// What one connection may make the server hold, whatever it declares: every allocation of this program is
// counted while a session reads what a hostile peer sends.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "media/protocol/rtmp_handshake.h"
#include "media/protocol/rtmp_session.h"
#include "testing/hex_bytes.h"

namespace {

std::atomic<size_t> g_live{0};
std::atomic<size_t> g_peak{0};

void* counted(size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const size_t now = g_live += malloc_usable_size(memory);
  size_t peak = g_peak;
  while (now > peak && !g_peak.compare_exchange_weak(peak, now)) {
  }
  return memory;
}
void discounted(void* memory) {
  g_live -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) {
  return counted(size);
}
void* operator new[](size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  discounted(memory);
}
void operator delete[](void* memory) noexcept {
  discounted(memory);
}
void operator delete(void* memory, size_t) noexcept {
  discounted(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  discounted(memory);
}

namespace vitrine {
namespace {

constexpr size_t kStrangerMax = 512 * 1'024;
constexpr size_t kPublisherMax = 48 * 1'024 * 1'024;  // 20 MiB unfinished, grown by doubling

// A session fed from a socket's buffer, 16 KiB at a time.
class Held {
 public:
  Held() {
    std::vector<uint8_t> hello(1 + 2 * kRtmpHandshakeBytes);
    hello[0] = kRtmpVersion;
    send(hello);
  }
  bool send(Bytes bytes) {
    while (!bytes.empty()) {
      Bytes part = bytes.first(std::min<size_t>(bytes.size(), 16'384));
      bytes = bytes.subspan(part.size());
      while (true) {
        const auto event = session_.next(part);
        (void)session_.take_output();
        if (!event) return false;
        if (!*event) break;
        if (std::holds_alternative<RtmpPublishAsked>(**event)) session_.accept_publish();
      }
    }
    return true;
  }
  void command(const std::vector<Amf0Value>& values, uint32_t stream_id = 0) {
    ByteWriter out;
    write_rtmp_message(out, 3, {RtmpType::command_amf0, stream_id, 0, write_amf0(values)}, kRtmpChunkDefault);
    ASSERT_TRUE(send(out.view()));
  }
  void connect() {
    Amf0Object object;
    object.properties = {{"app", "live"}, {"tcUrl", "rtmp://host/live"}};
    command({"connect", 1, object});
  }
  void publish() {
    connect();
    command({"publish", 2, Amf0Value(), "demo"}, 1);
    ASSERT_TRUE(session_.publishing());
  }

 private:
  SeededRandom random_{1};
  RtmpSession session_{random_};
};

// How much more than before was held at the most while `work` ran.
template <class Work>
size_t most_held(Work work) {
  const size_t before = g_live;
  g_peak = before;
  work();
  return g_peak - before;
}

// Sixty chunk streams that each declare the longest message allowed and send what they can.
std::vector<uint8_t> greedy(uint32_t declared, size_t chunk_bytes, int rounds) {
  ByteWriter out;
  out.bytes(hex("02 000000 000004 01 00000000")).u32(chunk_bytes);
  const std::vector<uint8_t> chunk(chunk_bytes, 0x55);
  for (int round = 0; round < rounds; ++round)
    for (uint8_t id = 3; id < 63; ++id) {
      out.u8((round == 0 ? 0 : 0xc0) | id);
      if (round == 0) out.u24(0).u24(declared).u8(9).u32(0);
      out.bytes(chunk);
    }
  return out.take();
}

TEST(RtmpMemory, WhoIsNotAdmittedHoldsLittleWhateverItDeclares) {
  for (const bool connected : {false, true}) {
    const auto bytes = greedy(kRtmpCommandMessageMax, 16'384, 4);
    EXPECT_LT(most_held([&] {
                Held held;
                if (connected) held.connect();
                EXPECT_FALSE(held.send(bytes)) << "it was cut";
              }),
              kStrangerMax);
  }
}

TEST(RtmpMemory, CommandsFullOfValuesHoldLittle) {
  std::string nulls = "02 0001 78 00 0000000000000000 0a 0000ffff";  // "x", 0, an array that claims 65,535
  for (int at = 0; at < 4'000; ++at) nulls += "05";
  const auto body = hex(nulls);
  ByteWriter out;
  write_rtmp_message(out, 3, {RtmpType::command_amf0, 0, 0, body}, kRtmpChunkDefault);
  EXPECT_LT(most_held([&] {
              Held held;
              held.connect();
              (void)held.send(out.view());
            }),
            2 * kStrangerMax);
}

TEST(RtmpMemory, APublisherHoldsItsUnfinishedMessagesAndNoMore) {
  const auto bytes = greedy(kRtmpMessageMax, 65'536, 8);
  EXPECT_LT(most_held([&] {
              Held held;
              held.publish();
              EXPECT_FALSE(held.send(bytes)) << "over its limit it was cut";
            }),
            kPublisherMax);
}

// The control: what is really sent is really held, and this counter sees it.
TEST(RtmpMemory, AMessageUnderWayIsSeenByThisCounter) {
  ByteWriter out;
  out.bytes(hex("02 000000 000004 01 00000000 00010000 06 000000 ffffff 09 01000000"));
  const std::vector<uint8_t> chunk(65'536, 0x55);
  for (int at = 0; at < 128; ++at) out.bytes(chunk).u8(0xc6);
  EXPECT_GT(most_held([&] {
              Held held;
              held.publish();
              EXPECT_TRUE(held.send(out.view()));
            }),
            8u * 1'024 * 1'024);
}

}  // namespace
}  // namespace vitrine
