#include "media/protocol/amf3.h"

#include <gtest/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

Result<Amf0Value> read(std::string_view bytes) {
  const auto held = hex(bytes);
  ByteReader reader(held);
  AmfBudget budget;
  return read_amf3_value(reader, 0, budget);
}
std::string reason(const Result<Amf0Value>& result) {
  return result ? "" : std::string(result.error().reason);
}

TEST(Amf3, SimpleValues) {
  EXPECT_EQ(*read("00"), Amf0Value(Amf0Undefined{}));
  EXPECT_EQ(*read("01"), Amf0Value());
  EXPECT_EQ(*read("02"), Amf0Value(false));
  EXPECT_EQ(*read("03"), Amf0Value(true));
  EXPECT_EQ(*read("05 4045000000000000"), Amf0Value(42.0));
  EXPECT_EQ(*read("06 09 6c697665"), Amf0Value("live"));
  EXPECT_EQ(*read("08 01 4270000000000000"), Amf0Value(Amf0Date{0x1p40}));
}

// 1.3.1: seven bits a byte, and all eight of the fourth; 29 bits with a sign.
TEST(Amf3, IntegersOfEveryLength) {
  EXPECT_EQ(*read("04 00"), Amf0Value(0));
  EXPECT_EQ(*read("04 7f"), Amf0Value(127));
  EXPECT_EQ(*read("04 8100"), Amf0Value(128));
  EXPECT_EQ(*read("04 ffff7f"), Amf0Value(0x1fffff));
  EXPECT_EQ(*read("04 80c08000"), Amf0Value(0x200000));
  EXPECT_EQ(*read("04 bfffffff"), Amf0Value(0x0fffffff));
  EXPECT_EQ(*read("04 ffffffff"), Amf0Value(-1));
}

TEST(Amf3, AnObjectHasSealedAndDynamicMembers) {
  // Class "", one sealed member "app", dynamic: app = "live", then n = 2.
  const auto value = read("0a 1b 01 07 617070  06 09 6c697665  03 6e 04 02  01");
  ASSERT_TRUE(value) << reason(value);
  ASSERT_NE(value->object(), nullptr);
  EXPECT_EQ(value->object()->text("app"), "live");
  EXPECT_EQ(value->object()->number("n"), 2);
}

TEST(Amf3, TextSentAgainByReferenceIsTheSameText) {
  // An array of "live", its reference, and an object whose member has that name.
  const auto value = read("09 07 01  06 09 6c697665  06 00  0a 0b 01 00 03 01");
  ASSERT_TRUE(value) << reason(value);
  const auto& items = std::get<Amf0Array>(value->held()).items;
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0], items[1]);
  EXPECT_EQ(*items[2].object()->find("live"), Amf0Value(true));
}

TEST(Amf3, TraitsSentAgainByReferenceAreTheSameMembers) {
  const auto value = read("09 05 01  0a 13 01 03 61 04 01  0a 01 04 02");
  ASSERT_TRUE(value) << reason(value);
  const auto& items = std::get<Amf0Array>(value->held()).items;
  EXPECT_EQ(items.at(0).object()->number("a"), 1);
  EXPECT_EQ(items.at(1).object()->number("a"), 2);
}

TEST(Amf3, AnAssociativeArrayIsAnObject) {
  const auto value = read("09 01 0b 7769647468 04 8550 01");
  ASSERT_TRUE(value) << reason(value);
  EXPECT_EQ(value->object()->number("width"), 720);
}

TEST(Amf3, AnObjectSentAgainByReferenceIsUndefined) {
  const auto value = read("09 05 01  0a 0b 01 01  0a 02");
  ASSERT_TRUE(value) << reason(value);
  EXPECT_EQ(std::get<Amf0Array>(value->held()).items.at(1), Amf0Value(Amf0Undefined{}));
}

TEST(Amf3, ReferencesToNothingAreRefused) {
  EXPECT_EQ(reason(read("06 00")), "amf3.reference");
  EXPECT_EQ(reason(read("0a 00")), "amf3.reference");
  EXPECT_EQ(reason(read("0a 01")), "amf3.reference");
  EXPECT_EQ(reason(read("09 03 01 0a 04")), "amf3.reference");
}

TEST(Amf3, WhatNoEncoderSendsIsUnsupported) {
  EXPECT_EQ(reason(read("0a 07 01")), "amf3.type") << "externalizable";
  EXPECT_EQ(reason(read("0d 01")), "amf3.type") << "vector";
  EXPECT_EQ(reason(read("11")), "amf3.type") << "dictionary";
}

TEST(Amf3, EveryTruncationIsRefused) {
  const auto good = hex("0a 1b 01 07 617070  06 09 6c697665  03 6e 05 4045000000000000  01");
  for (size_t size = 0; size < good.size(); ++size) {
    ByteReader reader(Bytes(good).first(size));
    AmfBudget budget;
    EXPECT_EQ(read_amf3_value(reader, 0, budget).error().kind, ErrorKind::truncated) << size;
  }
}

// flvmeta#29 and Red5#469 (reliability.md 2.2, row 3), in AMF3.
TEST(Amf3, NestingCountsAndRepeatedTextHaveLimits) {
  std::string nested;
  for (int at = 0; at < 70'000; ++at) nested += "090301";
  EXPECT_EQ(reason(read(nested)), "amf0.depth");
  EXPECT_EQ(reason(read("09 ffffffff 01" + std::string(10'000, '0'))), "amf0.nodes");
  EXPECT_EQ(reason(read("0a ffffffff 01" + std::string(10'000, '0'))), "amf3.type");
  EXPECT_EQ(reason(read("06 ffffffff")), "amf0.string");
  // 64 KB of text once, then by reference until 1 MiB is spent.
  std::string text = "09 ffff01 01 06 88 80 01";
  for (int at = 0; at < 0x10000; ++at) text += "61";
  for (int at = 0; at < 64; ++at) text += "0600";
  EXPECT_EQ(reason(read(text)), "amf0.total");
}

TEST(Amf3Message, AFormatByteThenAmf0) {
  const auto values = read_amf3_message(hex("00 02 0007 636f6e6e656374 00 3ff0000000000000 05"));
  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 3u);
  EXPECT_EQ((*values)[0], Amf0Value("connect"));
}

TEST(Amf3Message, Amf0SwitchesToAmf3ForOneValue) {
  const auto values = read_amf3_message(
      hex("00 02 0007 636f6e6e656374 00 3ff0000000000000 11 0a 0b 01 07 617070 06 09 6c697665 01 05"));
  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 4u);
  EXPECT_EQ((*values)[2].object()->text("app"), "live");
  EXPECT_EQ((*values)[3], Amf0Value());
}

TEST(Amf3Message, WithoutTheFormatByteItIsToldByItsFirstString) {
  EXPECT_EQ((*read_amf3_message(hex("02 0004 6c697665")))[0], Amf0Value("live"));
  EXPECT_EQ((*read_amf3_message(hex("06 09 6c697665 04 01")))[1], Amf0Value(1));
  EXPECT_TRUE(read_amf3_message({})->empty());
}

}  // namespace
}  // namespace vitrine
