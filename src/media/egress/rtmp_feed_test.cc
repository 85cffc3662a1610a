#include "media/egress/rtmp_feed.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/container/flv.h"
#include "media/protocol/rtmp_session.h"
#include "runtime/ring_viewers.h"
#include "testing/fake_clock.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

SharedBytes bytes_of(std::vector<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
}
TrackConfigPtr track_of(const Codec& codec, std::vector<uint8_t> config) {
  TrackConfig track;
  track.codec = &codec;
  track.config = bytes_of(std::move(config));
  return std::make_shared<const TrackConfig>(track);
}
std::vector<uint8_t> flat(const Slab& slab) {
  std::vector<uint8_t> out;
  for (const Bytes part : {slab.head(), slab.payload(), slab.tail()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

// A player's chunk reader: first the size we announce, then the bytes.
std::vector<RtmpMessage> read_chunks(const std::vector<uint8_t>& bytes) {
  RtmpLink announcing;
  announcing.announce();
  RtmpChunkReader reader;
  const auto before = announcing.take_output();
  Bytes in = before;
  while (!in.empty()) EXPECT_TRUE(reader.next(in));
  in = bytes;
  std::vector<RtmpMessage> out;
  while (!in.empty()) {
    auto message = reader.next(in);
    EXPECT_TRUE(message) << message.error().reason;
    if (!message || !*message) break;
    out.push_back(**std::move(message));
  }
  return out;
}

class RtmpFeedTest : public ::testing::Test {
 protected:
  StreamFrame frame(const TrackConfigPtr& track, int64_t dts_ms, bool key,
                    std::vector<uint8_t> payload = hex("00000002 6588"), int64_t composition_ms = 0) {
    Frame out;
    out.track = track;
    out.key = key;
    out.dts = dts_ms * kTicksPerMs;
    out.pts = out.dts + composition_ms * kTicksPerMs;
    out.payload = bytes_of(std::move(payload));
    return {std::make_shared<const Frame>(out), 7, video_, audio_, false};
  }
  SlabPtr write(const StreamFrame& frame) {
    const size_t before = slabs_.size();
    writer_.write(frame, slabs_);
    EXPECT_EQ(slabs_.size(), before + 1);
    return slabs_.back();
  }
  // "m" metadata, "V" and "A" sequence headers, "k", "v" and "a" frames.
  static std::string kinds(const std::vector<uint8_t>& bytes) {
    std::string out;
    for (const RtmpMessage& message : read_chunks(bytes)) {
      EXPECT_EQ(message.stream_id, 1u);
      if (message.type == RtmpType::data_amf0) {
        out += read_flv_metadata(message.body) ? 'm' : '?';
        continue;
      }
      const bool video = message.type == RtmpType::video;
      const auto body = video ? read_flv_video(message.body) : read_flv_audio(message.body);
      if (!body) return "unreadable";
      const bool config = body->packet == FlvPacket::config;
      out += video ? (config ? 'V' : body->key ? 'k' : 'v') : (config ? 'A' : 'a');
    }
    return out;
  }

  RtmpFeedWriter writer_;
  TrackConfigPtr video_ = track_of(kH264, {1, 0x64, 0, 0x1f, 0xff});
  TrackConfigPtr audio_ = track_of(kAac, {0x11, 0x90});
  std::vector<SlabPtr> slabs_;
};

TEST_F(RtmpFeedTest, AFrameIsATypeZeroHeaderItsPrefixAndTheSharedPayload) {
  const auto source = frame(video_, 1'000, true, hex("00000002 6588"), 80);
  const auto key = write(source);
  // csid 6, time 1000, 11 bytes, type 9, stream 1 | key frame AVC, NALU, composition 80 | the payload
  EXPECT_EQ(flat(*key), hex("06 0003e8 00000b 09 01000000  17 01 000050  00000002 6588"));
  EXPECT_EQ(key->shared_payload(), source.frame->payload) << "the payload is stored once for all protocols";
  EXPECT_TRUE(key->join_point);
  EXPECT_TRUE(key->leads);

  const auto sound = write(frame(audio_, 1'005, true, hex("2112")));
  EXPECT_EQ(flat(*sound), hex("04 0003ed 000004 08 01000000  af 01  2112"));
  EXPECT_FALSE(sound->leads);
}

// 4 h 39 min: from 2^24 - 1 on the time stands behind the header.
TEST_F(RtmpFeedTest, TimesPast24BitsAreExtended) {
  EXPECT_EQ(flat(*write(frame(video_, 0xfffffe, true))),
            hex("06 fffffe 00000b 09 01000000  17 01 000000  00000002 6588"));
  EXPECT_EQ(flat(*write(frame(video_, 0xffffff, true))),
            hex("06 ffffff 00000b 09 01000000 00ffffff  17 01 000000  00000002 6588"));
  EXPECT_EQ(flat(*write(frame(video_, 0x1000000, true))),
            hex("06 ffffff 00000b 09 01000000 01000000  17 01 000000  00000002 6588"));
}

// 49.7 days: the 32 bits begin again, which players take as going on.
TEST_F(RtmpFeedTest, TimesPast32BitsBeginAgain) {
  EXPECT_EQ(flat(*write(frame(video_, 0xffffffff, true))),
            hex("06 ffffff 00000b 09 01000000 ffffffff  17 01 000000  00000002 6588"));
  EXPECT_EQ(flat(*write(frame(video_, 0x100000000, true))),
            hex("06 000000 00000b 09 01000000  17 01 000000  00000002 6588"));
  EXPECT_EQ(flat(*write(frame(video_, 0x100000028, true))),
            hex("06 000028 00000b 09 01000000  17 01 000000  00000002 6588"));
}

TEST_F(RtmpFeedTest, AFrameLongerThanAChunkRepeatsTheExtendedTimeOnItsNextChunks) {
  const std::vector<uint8_t> large(2 * kRtmpChunkOut, 0x11);
  const auto bytes = flat(*write(frame(video_, 0x1000000, true, large)));
  ASSERT_EQ(bytes.size(), 16 + 5 + large.size() + 2 * 5);
  const auto first = hex("06 ffffff 01d4c5 09 01000000 01000000  17 01 000000");
  EXPECT_TRUE(std::equal(first.begin(), first.end(), bytes.begin()));
  const auto next = hex("c6 01000000 11");
  EXPECT_TRUE(std::equal(next.begin(), next.end(), bytes.begin() + 16 + kRtmpChunkOut));
  EXPECT_TRUE(std::equal(next.begin(), next.end(), bytes.begin() + 16 + 5 + 2 * kRtmpChunkOut));
  const auto messages = read_chunks(bytes);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].body.size(), 5 + large.size());
}

TEST_F(RtmpFeedTest, AJoinPointOpensWithMetadataAndSequenceHeaders) {
  const auto key = write(frame(video_, 10'000, true));
  write(frame(audio_, 10'005, true));
  ASSERT_TRUE(key->opening);
  EXPECT_EQ(kinds(flat(*key->opening)), "mVA");
  const auto messages = read_chunks(flat(*key->opening));
  EXPECT_EQ(messages[0].time_ms, 0u);
  EXPECT_EQ(messages[1].time_ms, 10'000u);
  EXPECT_EQ(messages[1].body, hex("17 00 000000 0164001fff"));
  EXPECT_EQ(messages[2].body, hex("af 00 1190"));
}

TEST_F(RtmpFeedTest, AReconnectBringsFreshMetadataAndSequenceHeaders) {
  write(frame(video_, 1'000, true));
  video_ = track_of(kH264, {1, 0x64, 0, 0x1f, 0xff});
  audio_ = nullptr;
  auto first = frame(video_, 6'000, true);
  first.anew = true;
  slabs_.clear();
  writer_.write(first, slabs_);
  std::vector<uint8_t> all;
  for (const auto& slab : slabs_) {
    const auto bytes = flat(*slab);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  EXPECT_EQ(kinds(all), "mVk");
}

TEST_F(RtmpFeedTest, SoundAloneCanBeJoinedOnceASecond) {
  video_ = nullptr;
  std::vector<uint8_t> all;
  for (int at = 0; at < 100; ++at) write(frame(audio_, 1'000 + at * 21, true, hex("2112")));
  EXPECT_EQ(std::count_if(slabs_.begin(), slabs_.end(), [](const auto& slab) { return slab->join_point; }),
            3);
  EXPECT_EQ(kinds(flat(*slabs_[0]->opening)), "mA");
}

// Whatever is fed, a player's reader gets every frame's payload and time back, however the bytes arrive
// between words for this player alone.
TEST(RtmpFeed, RoundTripThroughAChunkReader) {
  rc::check([] {
    RtmpFeedWriter writer;
    const auto video = track_of(kH264, {1, 0x64, 0, 0x1f, 0xff});
    const auto audio = track_of(kAac, {0x11, 0x90});
    RtmpLink own;
    own.announce();
    auto bytes = own.take_output();
    std::vector<StreamFrame> fed;
    int64_t dts_ms = *rc::gen::element<int64_t>(0, 0xfffff0, 0xfffffff0, 1'000);
    for (int at = 0; at < *rc::gen::inRange(1, 12); ++at) {
      Frame one;
      one.track = *rc::gen::arbitrary<bool>() ? video : audio;
      one.key = one.track == audio || *rc::gen::arbitrary<bool>();
      dts_ms += *rc::gen::inRange(0, 50);
      one.dts = dts_ms * kTicksPerMs;
      one.pts = one.dts + *rc::gen::inRange(0, 200) * kTicksPerMs;
      const auto size = *rc::gen::element<size_t>(1, 100, kRtmpChunkOut - 5, kRtmpChunkOut - 4, 150'000);
      one.payload = std::make_shared<const std::vector<uint8_t>>(size, static_cast<uint8_t>(at));
      fed.push_back({std::make_shared<const Frame>(one), 1, video, audio, false});
      std::vector<SlabPtr> slabs;
      writer.write(fed.back(), slabs);
      for (const auto& slab : slabs) {
        const auto some = flat(*slab);
        bytes.insert(bytes.end(), some.begin(), some.end());
        if (!*rc::gen::arbitrary<bool>()) continue;
        own.send_control(RtmpControl::ping_response, 5);
        const auto pong = own.take_output();
        bytes.insert(bytes.end(), pong.begin(), pong.end());
      }
    }
    RtmpLink player;
    std::vector<RtmpMessage> heard;
    const auto step = *rc::gen::inRange<size_t>(1, 90'000);
    player.limit_messages(kRtmpMessageMax);
    for (Bytes rest = bytes; !rest.empty();) {
      Bytes in = rest.first(std::min(step, rest.size()));
      rest = rest.subspan(in.size());
      while (true) {
        auto message = player.next(in);
        RC_ASSERT(message.ok());
        if (!*message) break;
        heard.push_back(**std::move(message));
      }
    }
    RC_ASSERT(heard.size() == fed.size());
    for (size_t at = 0; at < fed.size(); ++at) {
      const Frame& frame = *fed[at].frame;
      const auto body =
          frame.kind() == FrameKind::video ? read_flv_video(heard[at].body) : read_flv_audio(heard[at].body);
      RC_ASSERT(body.ok());
      RC_ASSERT(heard[at].time_ms == static_cast<uint32_t>(frame.dts / kTicksPerMs));
      RC_ASSERT(
          std::equal(body->data.begin(), body->data.end(), frame.payload->begin(), frame.payload->end()));
      RC_ASSERT(body->key == frame.key);
      if (frame.kind() == FrameKind::video)
        RC_ASSERT(body->composition_ms == (frame.pts - frame.dts) / kTicksPerMs);
    }
  });
}

// Keeps where what it was given lies.
class AddressSocket final : public RingSocket {
 public:
  Result<size_t> send(std::span<const iovec> pieces) override {
    size_t taken = 0;
    for (const iovec& piece : pieces) {
      addresses.push_back(piece.iov_base);
      taken += piece.iov_len;
    }
    return taken;
  }
  void when_writable(std::function<void()>) override {}
  size_t unsent_bytes() const override { return 0; }

  std::vector<const void*> addresses;
};
class NoListener final : public RingListener {
  void on_seat_end(SeatEnd) override {}
};

TEST_F(RtmpFeedTest, TwoViewersAreSentTheSameBytesFromTheSamePlace) {
  FakeClock clock;
  RingSlabs ring({});
  RingViewers viewers(ring, clock, {}, [](ViewerId) { return [] {}; });
  NoListener listener;
  AddressSocket one;
  AddressSocket two;
  for (AddressSocket* socket : {&one, &two})
    viewers.add(*socket, listener, {.prefix = {}, .sequence = ring.head()});
  const auto source = frame(video_, 1'000, true);
  ring.append(write(source));
  ring.append(write(frame(audio_, 1'005, true, hex("2112"))));
  viewers.begin_pass();
  while (viewers.slice(ring.head(), 8)) {
  }
  EXPECT_EQ(one.addresses, two.addresses);
  EXPECT_EQ(one.addresses.size(), 4u) << "two heads, two payloads";
  EXPECT_EQ(one.addresses.at(1), source.frame->payload->data()) << "where the publisher's bytes lie";
}

}  // namespace
}  // namespace vitrine
