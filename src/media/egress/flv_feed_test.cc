#include "media/egress/flv_feed.h"

#include <gtest/gtest.h>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/container/flv.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

SharedBytes bytes_of(std::initializer_list<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(bytes);
}
TrackConfigPtr video_track(int width) {
  TrackConfig track;
  track.codec = &kH264;
  track.config = bytes_of({1, 0x64, 0, 0x1f, static_cast<uint8_t>(width & 0xff)});
  track.width = width;
  track.height = 720;
  return std::make_shared<const TrackConfig>(track);
}
TrackConfigPtr audio_track() {
  TrackConfig track;
  track.codec = &kAac;
  track.config = bytes_of({0x11, 0x90});
  track.sample_rate = 48'000;
  track.channels = 2;
  return std::make_shared<const TrackConfig>(track);
}

// Reads what a viewer would: the opening of the join point, then every slab.
class FlvFeedTest : public ::testing::Test {
 protected:
  StreamFrame frame(const TrackConfigPtr& track, int64_t ms, bool key) {
    Frame out;
    out.track = track;
    out.key = key;
    out.dts = out.pts = ms * kTicksPerMs;
    out.payload = bytes_of({0, 0, 0, 2, 0x65, 0x88});
    return {std::make_shared<const Frame>(out), 7, video_, audio_, false};
  }
  void write(FlvFeedWriter& writer, const StreamFrame& frame) { writer.write(frame, slabs_); }
  static void append(std::vector<uint8_t>& out, const Slab& slab) {
    for (const Bytes part : {slab.head(), slab.payload(), slab.tail()})
      out.insert(out.end(), part.begin(), part.end());
  }
  // All a viewer gets who begins at slab `from`.
  std::vector<uint8_t> viewed(size_t from = 0) {
    std::vector<uint8_t> out;
    if (slabs_[from]->opening) append(out, *slabs_[from]->opening);
    for (size_t at = from; at < slabs_.size(); ++at) append(out, *slabs_[at]);
    return out;
  }
  static std::vector<FlvTag> tags(const std::vector<uint8_t>& bytes) {
    std::vector<FlvTag> out;
    ByteReader reader(bytes);
    while (reader.left() > 0) {
      const auto tag = read_flv_tag(reader);
      if (!tag) {
        ADD_FAILURE() << tag.error().reason;
        return out;
      }
      out.push_back(*tag);
    }
    return out;
  }
  // "m" metadata, "V" and "A" sequence headers, "k", "v" and "a" frames.
  static std::string kinds(const std::vector<uint8_t>& bytes) {
    std::string out;
    for (const FlvTag& tag : tags(bytes)) {
      if (tag.type == FlvTagType::script) {
        out += 'm';
        continue;
      }
      const bool video = tag.type == FlvTagType::video;
      const auto body = video ? read_flv_video(tag.body) : read_flv_audio(tag.body);
      if (!body) return "unreadable";
      const bool config = body->packet == FlvPacket::config;
      out += video ? (config ? 'V' : body->key ? 'k' : 'v') : (config ? 'A' : 'a');
    }
    return out;
  }

  TrackConfigPtr video_ = video_track(1280);
  TrackConfigPtr audio_ = audio_track();
  std::vector<SlabPtr> slabs_;
};

TEST_F(FlvFeedTest, AViewerBeginsWithMetadataSequenceHeadersAndTheKeyFrame) {
  FlvFeedWriter writer(FlvFeedWriter::Framing::plain);
  write(writer, frame(video_, 10'000, true));
  write(writer, frame(audio_, 10'005, true));
  write(writer, frame(video_, 10'040, false));
  EXPECT_EQ(kinds(viewed()), "mVAkav");
  const auto bytes = viewed();
  const auto all = tags(bytes);
  EXPECT_EQ(all[3].dts_ms, 10'000u);
  const auto metadata = read_flv_metadata(all[0].body);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(*metadata->find("vitrineEpoch"), Amf0Value(7.0));
  EXPECT_EQ(*metadata->find("vitrineFirstDts"), Amf0Value(900'000.0));
  EXPECT_EQ(*metadata->find("width"), Amf0Value(1280.0));
}

TEST_F(FlvFeedTest, EveryKeyFrameIsAJoinPointWithItsOwnOpening) {
  FlvFeedWriter writer(FlvFeedWriter::Framing::plain);
  write(writer, frame(video_, 1'000, true));
  write(writer, frame(audio_, 1'000, true));
  write(writer, frame(video_, 3'000, true));
  write(writer, frame(audio_, 3'010, true));
  EXPECT_EQ(kinds(viewed(2)), "mVAka");
  EXPECT_FALSE(slabs_[1]->join_point);
  EXPECT_FALSE(slabs_[1]->leads) << "audio rides along with the next picture";
}

TEST_F(FlvFeedTest, ThoseAtTheLiveEdgeGetANewConfigurationInStream) {
  FlvFeedWriter writer(FlvFeedWriter::Framing::plain);
  write(writer, frame(video_, 1'000, true));
  write(writer, frame(audio_, 1'000, true));
  video_ = video_track(1920);
  write(writer, frame(video_, 2'000, true));
  EXPECT_EQ(kinds(viewed()), "mVAkamVk");
}

TEST_F(FlvFeedTest, AReconnectBringsFreshMetadataAndSequenceHeaders) {
  FlvFeedWriter writer(FlvFeedWriter::Framing::plain);
  write(writer, frame(video_, 1'000, true));
  video_ = video_track(1280);
  audio_ = audio_track();
  auto first = frame(video_, 6'000, true);
  first.anew = true;
  write(writer, first);
  write(writer, frame(audio_, 6'010, true));
  EXPECT_EQ(kinds(viewed()), "mVAkmVAka");
}

TEST_F(FlvFeedTest, AudioOnlyCanBeJoinedOnceASecond) {
  FlvFeedWriter writer(FlvFeedWriter::Framing::plain);
  video_ = nullptr;
  for (int at = 0; at < 100; ++at) write(writer, frame(audio_, 1'000 + at * 21, true));
  EXPECT_EQ(std::count_if(slabs_.begin(), slabs_.end(), [](const auto& slab) { return slab->join_point; }),
            3);
  EXPECT_TRUE(slabs_[1]->leads);
  EXPECT_EQ(kinds(viewed()).substr(0, 4), "mAaa");
}

// One byte, two bytes and eight bytes of length.
TEST_F(FlvFeedTest, AWebSocketFrameIsHeadAndTheSameBytes) {
  FlvFeedWriter plain(FlvFeedWriter::Framing::plain);
  FlvFeedWriter framed(FlvFeedWriter::Framing::websocket);
  std::vector<uint8_t> wanted;
  std::vector<uint8_t> payloads;
  for (const size_t payload_bytes : {10u, 5'000u, 70'000u}) {
    auto one = frame(video_, 1'000 + static_cast<int64_t>(payload_bytes), false);
    Frame sized = *one.frame;
    sized.payload = std::make_shared<const std::vector<uint8_t>>(payload_bytes, 9);
    one.frame = std::make_shared<const Frame>(sized);
    slabs_.clear();
    write(plain, one);
    append(wanted, *slabs_[0]);
    slabs_.clear();
    write(framed, one);
    std::vector<uint8_t> message;
    append(message, *slabs_[0]);
    ByteReader reader(message);
    EXPECT_EQ(reader.u8(), 0x82);
    uint64_t length = reader.u8();
    if (length == 126) length = reader.u16();
    if (length == 127) length = reader.u64();
    EXPECT_EQ(length, reader.left());
    const Bytes payload = reader.rest();
    payloads.insert(payloads.end(), payload.begin(), payload.end());
  }
  EXPECT_EQ(payloads, wanted);
}

}  // namespace
}  // namespace vitrine
