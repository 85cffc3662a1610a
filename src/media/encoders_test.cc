// What encoders do that is not a plain stream, from the RTMP port to what a viewer of HTTP-FLV gets.
#include <gtest/gtest.h>

#include "base/hex.h"
#include "media/codec/hevc.h"
#include "media/codec/opus.h"
#include "media/test_encoder.h"
#include "media/test_studio.h"
#include "media/test_viewer.h"

namespace vitrine {
namespace {

// 720x1280 High and 128x96 Baseline, as AVC sequence headers; AAC-LC at 44,100 Hz.
const std::string kPortrait =
    "17 00 000000 01 64 00 1f ff e1 001a 6764001facd940b40a1b0110000003001000000303c0f1831960"
    " 01 0004 68ef8fcb fd f8 f8 00";
const std::string kSmall = "17 00 000000 01 42 c0 0a ff e1 0007 6742c00af841a2 01 0001 68";
// 320x180 Main, a decoder configuration record of x265.
const std::string kHevcRecord =
    "0101600000009000000000003cf000fcfdf8f800000f03a00001001840010c01ffff0160000003009000000300"
    "0003003c959009a10001002b42010101600000030090000003000003003ca00a080c1f3e595912930bc05a0200"
    "00030002000003003210a2000100064401c073c189";
const std::string kAacHeader = "af 00 1210";
const std::string kKey = "17 01 000000 00000002 65aa";
const std::string kInter = "27 01 000000 00000002 41aa";
const std::string kSoundBlock = "af 01 2112";

class EncodersTest : public StudioTest {
 protected:
  std::string name() const { return "demo?key=" + key_.key; }
  uint16_t rtmp() const { return media_.rtmp_port(); }
  // A viewer that was let in; the stream must be live.
  std::unique_ptr<FlvClient> watch(const std::string& stream = "demo") {
    EXPECT_TRUE(wait_for(StreamState::live, stream));
    auto viewer = std::make_unique<FlvClient>(server_.port(), stream);
    EXPECT_TRUE(viewer->head().starts_with("HTTP/1.1 200")) << viewer->head();
    return viewer;
  }
  // The next tag that is a frame of that kind.
  static SeenTag next_frame(FlvClient& viewer, FlvTagType type) {
    while (const auto tag = viewer.next())
      if (tag->type == type && !tag->config) return *tag;
    ADD_FAILURE() << "the viewer was cut";
    return {};
  }
  // "m" metadata, "V" and "A" sequence headers, "k", "v" and "a" frames.
  static std::string kinds(FlvClient& viewer, size_t count) {
    std::string out;
    while (out.size() < count) {
      const auto tag = viewer.next();
      if (!tag) break;
      const bool video = tag->type == FlvTagType::video;
      out += tag->type == FlvTagType::script ? 'm'
             : video                         ? (tag->config ? 'V'
                                                : tag->key  ? 'k'
                                                            : 'v')
                                             : (tag->config ? 'A' : 'a');
    }
    return out;
  }
  // A metric of the stream, read until it is at least `least`.
  void expect_repairs(const std::string& stream, const std::string& kind, double least) {
    const std::string name =
        "vitrine_stream_time_repairs_total{kind=\"" + kind + "\",stream=\"" + stream + "\"} ";
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    double value = -1;
    while (value < least) {
      const std::string text = render_metrics(server_.metrics());
      const size_t at = text.find(name);
      if (at != std::string::npos) value = std::stod(text.substr(at + name.size()));
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << kind << " is " << value;
    }
  }
};

// Each begins two seconds before a border of the clock: 24 bits (4 h 39 min, where RTMP's extended timestamp
// begins), 31 bits (a signed number), 32 bits (49.7 days).
TEST_F(EncodersTest, TheBordersOfTheClockGoByUnseen) {
  const std::map<std::string, std::string> offsets{
      {"bits24", "16775"}, {"bits31", "2147481"}, {"bits32", "4294965"}};
  std::vector<std::unique_ptr<Program>> publishers;
  for (const auto& [stream, offset] : offsets) {
    const auto key = *wait_on(server_.cores().at(0), media_.create_key(stream, "127.0.0.1:8080"));
    publishers.push_back(
        publish(key.rtmp_url, "/dev/null", std::string(kBoth) + " -output_ts_offset " + offset));
  }
  for (const auto& [stream, offset] : offsets) {
    const auto viewer = watch(stream);
    std::map<FlvTagType, uint32_t> last;
    uint32_t first_ms = 0;
    int scripts = 0;
    while (first_ms == 0 || last[FlvTagType::video] < first_ms + 4'000) {
      const auto tag = viewer->next();
      ASSERT_TRUE(tag) << stream << ": the viewer was cut";
      if (tag->type == FlvTagType::script) ++scripts;
      if (tag->type == FlvTagType::script || tag->config) continue;
      if (last.contains(tag->type)) {
        EXPECT_LE(tag->dts_ms - last[tag->type], 61u) << stream;
      } else if (tag->type == FlvTagType::video) {
        first_ms = tag->dts_ms;
      }
      last[tag->type] = tag->dts_ms;
      if (last.size() == 2) EXPECT_NEAR(last[FlvTagType::video], last[FlvTagType::audio], 200) << stream;
    }
    EXPECT_EQ(scripts, 1) << stream << ": no new place on the line";
  }
  expect_repairs("bits32", "wrap", 1);
}

// An encoder whose clock has 24 bits only: FFmpeg has no such, so it is spelled out.
TEST_F(EncodersTest, AClockOf24BitsThatBeginsAgainGoesOn) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0xfffff0, kPortrait);
  encoder.audio(0xfffff0, kAacHeader);
  encoder.video(0xfffff0, kKey);
  encoder.audio(0xfffff8, kSoundBlock);
  const auto viewer = watch();
  const auto first = next_frame(*viewer, FlvTagType::video);
  encoder.video(24, kInter);
  encoder.audio(0xffffff, kSoundBlock);
  encoder.video(64, kInter);
  EXPECT_EQ(next_frame(*viewer, FlvTagType::video).dts_ms - first.dts_ms, 40u);
  EXPECT_EQ(next_frame(*viewer, FlvTagType::video).dts_ms - first.dts_ms, 80u);
}

TEST_F(EncodersTest, ANewResolutionComesWithItsKeyFrameAndFreshHeaders) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, kPortrait);
  encoder.audio(0, kAacHeader);
  encoder.video(0, kKey);
  encoder.audio(0, kSoundBlock);
  const auto viewer = watch();
  EXPECT_EQ(kinds(*viewer, 5), "mVAka");
  encoder.video(40, kPortrait);  // repeated: no change
  encoder.video(40, kInter);
  encoder.video(80, kSmall);
  encoder.video(80, kInter);  // of the old picture, or a broken one: nobody could decode it
  encoder.audio(80, kSoundBlock);
  encoder.video(120, kKey);
  std::string seen;
  double width = 0;
  while (seen.empty() || seen.back() != 'k') {
    const auto tag = viewer->next();
    ASSERT_TRUE(tag);
    if (tag->type == FlvTagType::script) width = tag->metadata.number("width");
    seen += tag->type == FlvTagType::script              ? 'm'
            : tag->config                                ? 'V'
            : tag->key && tag->type == FlvTagType::video ? 'k'
                                                         : '.';
  }
  EXPECT_EQ(seen, "..mVk") << "the old picture's frame, sound, then all that is new at the key frame";
  EXPECT_EQ(width, 128);
  const auto late = watch();
  EXPECT_EQ(late->next()->metadata.number("width"), 128);
}

TEST_F(EncodersTest, SoundFirstAndPictureSecondsLaterIsOneStream) {
  TestEncoder encoder(rtmp(), name());
  encoder.audio(0, kAacHeader);
  for (uint32_t ms = 0; ms <= 600; ms += 20) encoder.audio(ms, kSoundBlock);
  const auto viewer = watch();
  EXPECT_EQ(viewer->header()[4], 4) << "sound alone, so far";
  EXPECT_EQ(kinds(*viewer, 3), "mAa");
  encoder.video(620, kPortrait);
  encoder.video(620, kInter);  // before its first key frame
  encoder.video(660, kKey);
  const auto picture = next_frame(*viewer, FlvTagType::video);
  EXPECT_TRUE(picture.key);
  const auto late = watch();
  EXPECT_EQ(late->header()[4], 5);
  EXPECT_EQ(kinds(*late, 4), "mVAk");
}

TEST_F(EncodersTest, PicturesShownBeforeTheyAreDecodedKeepTheirDistances) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(1'000, kPortrait);
  encoder.audio(1'000, kAacHeader);
  encoder.audio(1'000, kSoundBlock);
  encoder.video(1'000, kKey);
  const auto viewer = watch();
  encoder.video(1'040, "27 01 000050 00000002 41aa");  // shown 80 ms after
  encoder.video(1'080, "27 01 ffffd8 00000002 01aa");  // shown 40 ms before
  encoder.video(1'120, "27 01 ffffd8 00000002 01aa");
  std::vector<int64_t> shown;
  for (int at = 0; at < 4; ++at) {
    const auto tag = next_frame(*viewer, FlvTagType::video);
    EXPECT_GE(tag.composition_ms, 0);
    shown.push_back(int64_t{tag.dts_ms} + tag.composition_ms);
  }
  EXPECT_EQ(shown[1] - shown[0], 120);
  EXPECT_NEAR(static_cast<double>(shown[2] - shown[0]), 40, 1);
  EXPECT_NEAR(static_cast<double>(shown[3] - shown[0]), 80, 1);
  expect_repairs("demo", "composition", 1);
}

TEST_F(EncodersTest, AnEnhancedEncoderIsTakenAndPlayersSeePlainFlv) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, "90 61766331" + kPortrait.substr(13));
  encoder.audio(0, "90 6d703461 1210");
  encoder.video(0, "91 61766331 000028 00000002 65aa");
  encoder.audio(0, "91 6d703461 2112");
  const auto viewer = watch();
  EXPECT_EQ(kinds(*viewer, 3), "mVA");
  const auto picture = next_frame(*viewer, FlvTagType::video);
  EXPECT_EQ(picture.composition_ms, 40);
  EXPECT_EQ(picture.data, hex("00000002 65aa"));
  EXPECT_EQ(next_frame(*viewer, FlvTagType::audio).data, hex("2112"));
}

TEST_F(EncodersTest, OpusGoesThrough) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, kPortrait);
  encoder.audio(0, "90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00");
  encoder.video(0, kKey);
  encoder.audio(0, "91 4f707573 fc0102");
  const auto viewer = watch();
  EXPECT_EQ(viewer->next()->metadata.number("audiocodecid"), fourcc("Opus"));
  EXPECT_EQ(viewer->next()->type, FlvTagType::video);
  const auto head = viewer->next();
  EXPECT_TRUE(head->config);
  EXPECT_EQ(head->codec, &kOpus);
  EXPECT_EQ(next_frame(*viewer, FlvTagType::audio).data, hex("fc0102"));
  HttpClient staff(server_.port());
  EXPECT_EQ(staff.get("/v1/streams/demo").json().at("state"), "live");
}

// NAL units of a file as FFmpeg writes it (Annex B), without their start codes.
std::vector<Bytes> nal_units_of(Bytes file) {
  std::vector<size_t> starts;
  for (size_t at = 0; at + 3 <= file.size(); ++at)
    if (file[at] == 0 && file[at + 1] == 0 && file[at + 2] == 1) starts.push_back(at + 3);
  std::vector<Bytes> out;
  for (size_t at = 0; at < starts.size(); ++at) {
    size_t end = at + 1 < starts.size() ? starts[at + 1] - 3 : file.size();
    while (end > starts[at] && file[end - 1] == 0) --end;  // the first zero of a start code of four bytes
    out.push_back(file.subspan(starts[at], end - starts[at]));
  }
  return out;
}

// What x265 makes goes in by Enhanced RTMP and comes out of HTTP-FLV as FFmpeg can decode it.
TEST_F(EncodersTest, HevcGoesThroughAndDecodes) {
  const std::string sent_file = folder_.path() + "/sent.hevc";
  const std::string seen_file = folder_.path() + "/seen.hevc";
  const std::string make =
      "ffmpeg -v error -f lavfi -i testsrc2=size=320x180:rate=25 -t 1 -c:v libx265 -preset ultrafast "
      "-x265-params "
      "log-level=none:keyint=25:bframes=0:slices=1:info=0 -f hevc ";
  ASSERT_EQ(Program({"sh", "-c", make + sent_file}).wait(), 0);
  const std::string text = text_of(sent_file);
  const std::vector<uint8_t> file(text.begin(), text.end());
  const auto units = nal_units_of(file);
  ASSERT_EQ(units.size(), 28u) << "three parameter sets and 25 pictures";

  // ISO 14496-15, 8.3.3.1: Main at level 2, lengths of four bytes.
  std::string config = "01 01 60000000 900000000000 3c f000 fc fd f8 f8 0000 0f 03";
  for (size_t at = 0; at < 3; ++at)
    config += fmt::format("{:02x} 0001 {:04x} {}", 0x20 + at, units[at].size(), to_hex(as_text(units[at])));
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, "90 68766331" + config);
  const auto send = [&](size_t at) {
    const Bytes unit = units[3 + at];
    encoder.video(static_cast<uint32_t>(at * 40), (at == 0 ? "91 68766331 000000" : "a1 68766331 000000") +
                                                      fmt::format("{:08x}", unit.size()) +
                                                      to_hex(as_text(unit)));
  };
  for (size_t at = 0; at < 15; ++at) send(at);  // half a second is waited for sound
  const auto viewer = watch();
  const auto metadata = viewer->next()->metadata;
  EXPECT_EQ(metadata.number("width"), 320);
  EXPECT_EQ(metadata.number("videocodecid"), fourcc("hvc1"));
  for (size_t at = 15; at < 25; ++at) send(at);

  std::ofstream seen(seen_file, std::ios::binary);
  const auto write = [&seen](Bytes unit) { seen << std::string("\0\0\0\1", 4) << as_text(unit); };
  for (size_t at = 0; at < 3; ++at) write(units[at]);
  for (size_t at = 0; at < 25; ++at) {
    const auto tag = next_frame(*viewer, FlvTagType::video);
    EXPECT_EQ(tag.codec, &kHevc);
    EXPECT_EQ(tag.key, at == 0);
    write(Bytes(tag.data).subspan(4));
  }
  seen.close();
  const auto probed = probe_all(seen_file, "-count_frames -show_streams");
  const auto& stream = probed.at("streams").at(0);
  EXPECT_EQ(stream.at("codec_name"), "hevc");
  EXPECT_EQ(stream.at("nb_read_frames"), "25");
}

// The number that encoders used before HEVC had a name in FLV; what goes out has the name.
TEST_F(EncodersTest, HevcByItsOldNumberIsTakenToo) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, "1c 00 000000 " + kHevcRecord);
  encoder.video(0, "1c 01 000028 00000003 2601af");
  encoder.video(600, "2c 01 000000 00000003 0201af");
  const auto viewer = watch();
  const auto picture = next_frame(*viewer, FlvTagType::video);
  EXPECT_EQ(picture.codec, &kHevc);
  EXPECT_EQ(picture.composition_ms, 40);
  EXPECT_EQ(picture.data, hex("00000003 2601af"));
}

TEST_F(EncodersTest, WhatCannotBeTakenIsNamed) {
  TestEncoder av1(rtmp(), name());
  av1.video(0, "90 61763031 81");
  EXPECT_NE(av1.refusal().find("AV1 (av01)"), std::string::npos);
  const auto key = *wait_on(server_.cores().at(0), media_.create_key("other", "127.0.0.1:8080"));
  TestEncoder latm(rtmp(), "other?key=" + key.key);
  latm.audio(0, kAacHeader);
  latm.audio(0, "af 01 56e002 2112");
  EXPECT_NE(latm.refusal().find("LATM"), std::string::npos);
}

// reliability.md 2.2, row 7: the one allow-list holds for whoever watches, too.
TEST_F(EncodersTest, NoNameOutsideTheAllowListIsWatched) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, kPortrait);
  encoder.audio(0, kAacHeader);
  encoder.video(0, kKey);
  encoder.audio(0, kSoundBlock);
  (void)watch();
  for (const auto* path :
       {"/live/..%2f..%2fetc%2fpasswd.flv", "/live/../demo.flv", "/live/demo%00.flv", "/live/demo.flv.flv",
        "/live/%2e%2e/demo.flv", "/live/.flv", "/live/a%2fdemo.flv"}) {
    const auto reply = HttpClient(server_.port()).get(path);
    EXPECT_TRUE(reply.status == 400 || reply.status == 404) << path << ": " << reply.status;
  }
}

// reliability.md 2.2, row 9: what can be asked about a stream never tells its key.
TEST_F(EncodersTest, NothingThatCanBeAskedShowsAKey) {
  TestEncoder encoder(rtmp(), name());
  encoder.video(0, kPortrait);
  encoder.audio(0, kAacHeader);
  encoder.video(0, kKey);
  encoder.audio(0, kSoundBlock);
  (void)watch();
  HttpClient staff(server_.port());
  for (const auto* path : {"/v1/streams", "/v1/streams/demo", "/v1/streams/demo/keys"}) {
    const auto reply = staff.get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.body.find(key_.key), std::string::npos) << path;
  }
  EXPECT_EQ(render_metrics(server_.metrics()).find(key_.key), std::string::npos);
}

TEST_F(EncodersTest, AStreamOfOneKindPlaysForFfprobe) {
  const auto sound = *wait_on(server_.cores().at(0), media_.create_key("radio", "127.0.0.1:8080"));
  const auto radio = publish(sound.rtmp_url, "/dev/null", kSound);
  const auto mute = publish(key_.rtmp_url, "/dev/null", kPicture);
  for (const auto& [stream, codec] : {std::pair("radio", "aac"), std::pair("demo", "h264")}) {
    ASSERT_TRUE(wait_for(StreamState::live, stream));
    const auto probed = probe(
        "http://127.0.0.1:" + std::to_string(server_.port()) + "/live/" + stream + ".flv", "-show_streams");
    ASSERT_EQ(probed.at("streams").as_array().size(), 1u) << stream;
    EXPECT_EQ(probed.at("streams").as_array()[0].at("codec_name"), codec);
  }
}

}  // namespace
}  // namespace vitrine
