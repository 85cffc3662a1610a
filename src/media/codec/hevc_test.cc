#include "media/codec/hevc.h"

#include <gtest/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

SharedBytes shared(std::vector<uint8_t> bytes) {
  return std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
}

// 320x180 Main at level 2, as x265 makes it: the record's head, then VPS, SPS and PPS.
const std::string kHead = "0101600000009000000000003cf000fcfdf8f800000f03";
const std::string kVps = "a00001001840010c01ffff01600000030090000003000003003c959009";
const std::string kSps =
    "a10001002b42010101600000030090000003000003003ca00a080c1f3e595912930bc05a020000030002000003003210";
const std::string kPps = "a2000100064401c073c189";
const auto kRecord = hex(kHead + kVps + kSps + kPps);

TEST(Hevc, TheRecordTellsSizeProfileAndHowUnitsAreCounted) {
  const auto record = read_hevc_config(kRecord);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->profile, 1);
  EXPECT_EQ(record->nal_length_bytes, 4);
  const auto track = kHevc.read_config(shared(kRecord));
  ASSERT_TRUE(track);
  EXPECT_EQ(track->codec, &kHevc);
  EXPECT_EQ(track->width, 320);
  EXPECT_EQ(track->height, 180) << "cropped from 184";
  EXPECT_EQ(kHevc.rfc6381(*track), "hvc1.1.6.L60.90");
}

TEST(Hevc, EveryTruncationIsRefused) {
  for (size_t size = 0; size < kRecord.size(); ++size)
    EXPECT_FALSE(read_hevc_config(Bytes(kRecord).first(size))) << size;
}

TEST(Hevc, ARecordWithoutAllThreeSetsOrOfAnotherVersionIsRefused) {
  auto two = hex(kHead + kVps + kSps);
  two[22] = 2;
  EXPECT_EQ(read_hevc_config(two).error().reason, "hevc.config");
  auto other = kRecord;
  other[0] = 0;
  EXPECT_EQ(read_hevc_config(other).error().reason, "hevc.config");
  auto three = kRecord;
  three[21] = static_cast<uint8_t>((three[21] & 0xfc) | 2);
  EXPECT_EQ(read_hevc_config(three).error().reason, "hevc.config") << "lengths of three bytes";
}

TEST(Hevc, HostileValuesOfAnSpsAreRefused) {
  auto sps = hex(kSps.substr(10));
  EXPECT_TRUE(read_hevc_sps(sps));
  EXPECT_EQ(read_hevc_sps({}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_hevc_sps(hex("4401c073")).error().reason, "hevc.sps") << "a PPS";
  EXPECT_EQ(read_hevc_sps(hex("4201 0f" + std::string(80, 'f'))).error().reason, "hevc.sps")
      << "eight sub-layers";
  for (size_t at = 0; at < sps.size(); ++at) {
    auto changed = sps;
    changed[at] ^= 0xff;
    const auto read = read_hevc_sps(changed);
    if (read) EXPECT_LE(read->width, 16'384) << at;
  }
}

TEST(Hevc, AViewerMayBeginWithAnyRandomAccessPicture) {
  const auto track = *kHevc.read_config(shared(kRecord));
  const auto key = [&](const std::string& text) {
    const auto bytes = hex(text);
    const auto facts = kHevc.read_payload(track, bytes);
    EXPECT_TRUE(facts) << text;
    return facts && facts->key;
  };
  EXPECT_TRUE(key("00000003 2601af")) << "IDR";
  EXPECT_TRUE(key("00000003 2a01af")) << "CRA";
  EXPECT_TRUE(key("00000002 4e01 00000003 2601af")) << "behind an SEI";
  EXPECT_FALSE(key("00000003 0201af")) << "a trailing picture";
}

TEST(Hevc, UnitsThatReachPastTheEndAndFramesWithoutAnyAreRefused) {
  const auto track = *kHevc.read_config(shared(kRecord));
  const auto refused = [&](const std::string& text) {
    const auto bytes = hex(text);
    return kHevc.read_payload(track, bytes).error();
  };
  EXPECT_EQ(refused("00000004 2601af").kind, ErrorKind::truncated);
  EXPECT_EQ(refused("00000000 00000000").reason, "hevc.nal");
}

}  // namespace
}  // namespace vitrine
