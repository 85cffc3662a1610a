#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "wire/bit_reader.h"
#include "wire/byte_reader.h"
#include "wire/byte_writer.h"

namespace vitrine {
namespace {

TEST(ByteReader, ReadsBigEndianStraightDown) {
  const uint8_t bytes[] = {0x01, 0x02, 0x03, 0xFF, 0xFF, 0xFE, 0x01, 0x00, 0x00, 0x00};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.i24(), -2);
  EXPECT_EQ(reader.u32_little(), 1u);
  EXPECT_TRUE(reader.finish());
}

TEST(ByteReader, OneShortReadMakesAllLaterReadsEmpty) {
  const uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  reader.u32();
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_TRUE(reader.bytes(1).empty());
  EXPECT_EQ(reader.finish().error().kind, ErrorKind::truncated);
}

TEST(ByteReader, AFenceKeepsANestedLengthInside) {
  const uint8_t bytes[] = {1, 2, 3, 4};
  ByteReader reader(bytes);
  ByteReader inner = reader.fenced(2);
  inner.u24();
  EXPECT_FALSE(inner.finish());
  EXPECT_EQ(reader.u16(), 0x0304);
  EXPECT_FALSE(reader.fenced(1).finish());
}

TEST(ByteWriter, WritesWhatTheReaderReads) {
  rc::check([](uint8_t a, uint16_t b, uint32_t c, uint64_t d) {
    ByteWriter writer;
    writer.u8(a).u16(b).u24(c & 0xFFFFFF).u32(c).u64(d).u32_little(c);
    ByteReader reader(writer.view());
    RC_ASSERT(reader.u8() == a);
    RC_ASSERT(reader.u16() == b);
    RC_ASSERT(reader.u24() == (c & 0xFFFFFF));
    RC_ASSERT(reader.u32() == c);
    RC_ASSERT(reader.u64() == d);
    RC_ASSERT(reader.u32_little() == c);
    RC_ASSERT(reader.left() == 0u);
  });
}

// H.264 9.1, table 9-2 and 9.1.1.
TEST(BitReader, ReadsExpGolomb) {
  const uint8_t bytes[] = {0b10100110, 0b01000010, 0b10000000};  // 1 010 011 00100 00101 ...
  BitReader reader(bytes);
  EXPECT_EQ(reader.ue(), 0u);
  EXPECT_EQ(reader.ue(), 1u);
  EXPECT_EQ(reader.ue(), 2u);
  EXPECT_EQ(reader.ue(), 3u);
  EXPECT_EQ(reader.se(), -2);
  EXPECT_TRUE(reader.finish());
}

TEST(BitReader, EndlessZerosFailInsteadOfRunningOn) {
  const std::vector<uint8_t> zeros(16, 0);
  BitReader reader(zeros);
  EXPECT_EQ(reader.ue(), 0u);
  EXPECT_FALSE(reader.finish());
}

}  // namespace
}  // namespace vitrine
