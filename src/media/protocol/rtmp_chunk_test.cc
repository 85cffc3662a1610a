#include "media/protocol/rtmp_chunk.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {

bool operator==(const RtmpMessage& a, const RtmpMessage& b) {
  return a.type == b.type && a.stream_id == b.stream_id && a.time_ms == b.time_ms && a.body == b.body;
}

namespace {

struct Heard {
  std::vector<RtmpMessage> messages;
  std::optional<Error> error;
};

// All messages of `bytes`, handed over `step` bytes at a time as a network may cut them.
Heard hear(RtmpChunkReader& reader, Bytes bytes, size_t step) {
  Heard out;
  for (size_t at = 0; at < bytes.size(); at += step) {
    Bytes piece = bytes.subspan(at, std::min(step, bytes.size() - at));
    while (true) {
      auto message = reader.next(piece);
      if (!message) {
        out.error = message.error();
        return out;
      }
      if (!*message) break;
      out.messages.push_back(**std::move(message));
    }
  }
  return out;
}

Heard hear(Bytes bytes, size_t step = 1'000'000) {
  RtmpChunkReader reader;
  return hear(reader, bytes, step);
}

std::vector<uint8_t> operator+(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(RtmpChunk, AMessageInOneChunk) {
  const auto heard = hear(hex("04 000017 000003 08 01000000 af01bb"));
  ASSERT_EQ(heard.messages.size(), 1u);
  EXPECT_EQ(heard.messages[0], (RtmpMessage{RtmpType::audio, 1, 0x17, hex("af01bb")}));
}

// RTMP 1.0, 5.3.2.1: four audio messages, the last as a type 3 chunk that repeats the delta.
TEST(RtmpChunk, ShorterHeadersRememberWhatTheyLeaveOut) {
  const auto heard =
      hear(hex("03 0003e8 000001 08 01000000 a0"
               " 83 000014 a1"
               " c3 a2"
               " 43 00000a 000002 09 b0b1"));
  ASSERT_EQ(heard.messages.size(), 4u);
  EXPECT_EQ(heard.messages[1].time_ms, 1'020u);
  EXPECT_EQ(heard.messages[2].time_ms, 1'040u);
  EXPECT_EQ(heard.messages[3], (RtmpMessage{RtmpType::video, 1, 1'050, hex("b0b1")}));
}

TEST(RtmpChunk, ChunkStreamIdsOfTwoAndThreeBytes) {
  const auto heard =
      hear(hex("00 ff 000000 000001 08 01000000 aa"
               " 01 ffff 000000 000001 09 01000000 bb"
               " c0 ff cc"));
  ASSERT_EQ(heard.messages.size(), 3u);
  EXPECT_EQ(heard.messages[2].type, RtmpType::audio);
}

TEST(RtmpChunk, MessagesOfTwoChunkStreamsInterleave) {
  RtmpChunkReader reader;
  const auto video = std::vector<uint8_t>(200, 0x11);
  auto bytes = hex("06 000000 0000c8 09 01000000") + std::vector<uint8_t>(128, 0x11);
  bytes = bytes + hex("04 000000 000002 08 01000000 af01");
  bytes = bytes + hex("c6") + std::vector<uint8_t>(72, 0x11);
  const auto heard = hear(reader, bytes, 1);
  ASSERT_EQ(heard.messages.size(), 2u);
  EXPECT_EQ(heard.messages[0].type, RtmpType::audio);
  EXPECT_EQ(heard.messages[1].body, video);
}

TEST(RtmpChunk, ExtendedTimestampIsRepeatedOnType3) {
  ByteWriter out;
  const RtmpMessage late{RtmpType::video, 1, 0x01000001, std::vector<uint8_t>(300, 0x22)};
  write_rtmp_message(out, 6, late, 128);
  EXPECT_EQ(out.size(), 1 + 11 + 4 + 300 + 2 * (1 + 4u));
  const auto heard = hear(out.view(), 7);
  ASSERT_EQ(heard.messages.size(), 1u);
  EXPECT_EQ(heard.messages[0], late);
}

TEST(RtmpChunk, Type3WithoutExtendedTimestamp) {
  const auto body = std::vector<uint8_t>(300, 0x22);
  auto bytes = hex("06 ffffff 00012c 09 01000000 01000001") + std::vector<uint8_t>(128, 0x22);
  bytes = bytes + hex("c6") + std::vector<uint8_t>(128, 0x22) + hex("c6") + std::vector<uint8_t>(44, 0x22);
  bytes = bytes + hex("04 000000 000001 08 01000000 aa");
  for (const size_t step : {size_t{1}, size_t{5}, bytes.size()}) {
    const auto heard = hear(bytes, step);
    ASSERT_EQ(heard.messages.size(), 2u) << step;
    EXPECT_EQ(heard.messages[0].body, body);
    EXPECT_EQ(heard.messages[1].type, RtmpType::audio);
  }
}

// The same with a last chunk shorter than the 4 bytes looked at: what is over begins the next header.
TEST(RtmpChunk, Type3WithoutExtendedTimestampBeforeAShortRest) {
  auto bytes = hex("06 ffffff 000081 09 01000000 01000001") + std::vector<uint8_t>(128, 0x22) + hex("c6 22");
  bytes = bytes + hex("04 000000 000001 08 01000000 aa");
  for (const size_t step : {size_t{1}, bytes.size()}) {
    const auto heard = hear(bytes, step);
    ASSERT_EQ(heard.messages.size(), 2u) << step;
    EXPECT_EQ(heard.messages[1].body, hex("aa"));
  }
}

// SRS and others repeat the message's own time, not the delta the field was.
TEST(RtmpChunk, Type3MayRepeatTheTimeInsteadOfTheDelta) {
  auto bytes = hex("06 000010 000001 09 01000000 aa") + hex("46 ffffff 000081 09 01000000") +
               std::vector<uint8_t>(128, 0x22) + hex("c6 01000010 22");
  const auto heard = hear(bytes);
  ASSERT_EQ(heard.messages.size(), 2u);
  EXPECT_EQ(heard.messages[1].time_ms, 0x01000010u);
  EXPECT_EQ(heard.messages[1].body, std::vector<uint8_t>(129, 0x22));
}

TEST(RtmpChunk, AnEmptyMessageIsAMessage) {
  const auto heard = hear(hex("04 000000 000000 08 01000000 c4 04 000000 000001 08 01000000 aa"));
  ASSERT_EQ(heard.messages.size(), 3u);
  EXPECT_TRUE(heard.messages[0].body.empty());
  EXPECT_TRUE(heard.messages[1].body.empty());
  EXPECT_EQ(heard.messages[2].body, hex("aa"));
}

// 64 fits the two-byte and the three-byte form; it is one chunk stream.
TEST(RtmpChunk, AnIdInALongerFormIsTheSameId) {
  const auto heard = hear(hex("00 00 000005 000001 08 01000000 aa  81 0000 00000a bb"));
  ASSERT_EQ(heard.messages.size(), 2u);
  EXPECT_EQ(heard.messages[1].time_ms, 15u);
  EXPECT_EQ(heard.messages[1].body, hex("bb"));
}

// SRS v7.0.37 (#4356): in types 1 and 2 the extended field is a delta.
TEST(RtmpChunk, ExtendedDeltaIsAddedNotTaken) {
  const auto heard =
      hear(hex("04 000010 000001 08 01000000 aa"
               " 84 ffffff 01000000 bb"));
  ASSERT_EQ(heard.messages.size(), 2u);
  EXPECT_EQ(heard.messages[1].time_ms, 0x01000010u);
}

TEST(RtmpChunk, SetChunkSizeHoldsFromTheNextChunkOn) {
  auto bytes = hex("02 000000 000004 01 00000000 00001000") + hex("04 000000 000800 09 01000000");
  bytes = bytes + std::vector<uint8_t>(2'048, 0x33);
  const auto heard = hear(bytes);
  ASSERT_EQ(heard.messages.size(), 1u);
  EXPECT_EQ(heard.messages[0].body.size(), 2'048u);
}

// nginx-rtmp#1042: a chunk size of 2^31-1 was allocated (reliability.md 2.2, row 1).
TEST(RtmpChunk, AChunkSizePastTheLimitIsRefused) {
  for (const auto* size : {"7fffffff", "80000080", "00010001", "00000000"})
    EXPECT_EQ(hear(hex("02 000000 000004 01 00000000 " + std::string(size))).error->reason,
              "rtmp.chunk_size");
  EXPECT_FALSE(hear(hex("02 000000 000004 01 00000000 00010000")).error);
}

// Red5#475: one-byte chunks burn CPU (reliability.md 2.2, row 2).
TEST(RtmpChunk, OneByteChunksEndWhenALeastSizeIsRequired) {
  RtmpChunkReader reader;
  hear(reader, hex("02 000000 000004 01 00000000 00000001"), 100);
  EXPECT_EQ(reader.require_chunk_size(128).error().reason, "rtmp.chunk_size");

  RtmpChunkReader strict;
  ASSERT_TRUE(strict.require_chunk_size(128));
  EXPECT_EQ(hear(strict, hex("02 000000 000004 01 00000000 0000007f"), 100).error->reason, "rtmp.chunk_size");
}

TEST(RtmpChunk, AMessagePastItsLimitIsRefusedAtItsHeader) {
  RtmpChunkReader reader;
  reader.limit_messages(1'000);
  EXPECT_EQ(hear(reader, hex("04 000000 0003e9 08 01000000"), 100).error->reason, "rtmp.message");
}

// Many chunk streams that each begin a large message must not add up.
TEST(RtmpChunk, UnfinishedMessagesTogetherHaveALimit) {
  RtmpChunkReader reader;
  std::vector<uint8_t> bytes = hex("02 000000 000004 01 00000000 00010000");
  const std::vector<uint8_t> chunk(65'536, 0x44);
  for (int round = 0; round < 40; ++round)
    for (int id = 3; id < 12; ++id) {
      const auto head = round == 0 ? hex("00 000000 ffffff 09 01000000") : hex("c0");
      bytes.push_back(static_cast<uint8_t>(head[0] | id));
      bytes.insert(bytes.end(), head.begin() + 1, head.end());
      bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    }
  ASSERT_GT(bytes.size(), kRtmpPartialMax);
  EXPECT_EQ(hear(reader, bytes, 100'000).error->reason, "rtmp.partial");
}

TEST(RtmpChunk, ChunkStreamsHaveALimit) {
  std::vector<uint8_t> bytes;
  for (int id = 0; id <= static_cast<int>(kRtmpChunkStreamsMax); ++id)
    bytes = bytes + hex("00") + std::vector<uint8_t>{static_cast<uint8_t>(id)} +
            hex("000000 000001 08 01000000 aa");
  EXPECT_EQ(hear(bytes).error->reason, "rtmp.chunk_streams");
}

TEST(RtmpChunk, AbortGivesUpAPartialMessage) {
  auto bytes = hex("06 000000 0000c8 09 01000000") + std::vector<uint8_t>(128, 0x11);
  bytes = bytes + hex("02 000000 000004 02 00000000 00000006");
  bytes = bytes + hex("c6") + std::vector<uint8_t>(128, 0x55) + hex("c6") + std::vector<uint8_t>(72, 0x55);
  const auto heard = hear(bytes);
  ASSERT_EQ(heard.messages.size(), 1u);
  EXPECT_EQ(heard.messages[0].body, std::vector<uint8_t>(200, 0x55));
}

TEST(RtmpChunk, ShortHeadersOnAFreshChunkStreamAreRefusedButLibrtmpsType1) {
  EXPECT_EQ(hear(hex("c4 aa")).error->reason, "rtmp.first_chunk");
  EXPECT_EQ(hear(hex("84 000000 aa")).error->reason, "rtmp.first_chunk");
  EXPECT_EQ(hear(hex("42 000000 000006 04 000300000064")).messages.size(), 1u);
}

TEST(RtmpChunk, EveryTruncationWaitsForTheRest) {
  ByteWriter out;
  write_rtmp_message(out, 4, {RtmpType::video, 1, 0x02000000, std::vector<uint8_t>(200, 0x66)}, 128);
  for (size_t size = 0; size < out.size(); ++size) {
    const auto heard = hear(out.view().first(size));
    EXPECT_TRUE(heard.messages.empty() && !heard.error) << size << " bytes";
  }
}

RC_GTEST_PROP(RtmpChunkRoundTrip, WhatIsWrittenReadsBackHoweverItIsCut, ()) {
  const auto chunk_size = *rc::gen::inRange<uint32_t>(1, 300);
  const auto count = *rc::gen::inRange(1, 6);
  ByteWriter out;
  write_rtmp_message(out, 2,
                     {RtmpType::set_chunk_size, 0, 0, {0, 0, uint8_t(chunk_size >> 8), uint8_t(chunk_size)}},
                     kRtmpChunkDefault);
  std::vector<RtmpMessage> sent;
  for (int at = 0; at < count; ++at) {
    RtmpMessage message{*rc::gen::element(RtmpType::audio, RtmpType::video, RtmpType::command_amf0), 1,
                        *rc::gen::arbitrary<uint32_t>(), *rc::gen::arbitrary<std::vector<uint8_t>>()};
    write_rtmp_message(out, *rc::gen::inRange<uint8_t>(3, 64), message, chunk_size);
    sent.push_back(std::move(message));
  }
  const auto heard = hear(out.view(), *rc::gen::inRange<size_t>(1, 400));
  RC_ASSERT(!heard.error);
  RC_ASSERT(heard.messages == sent);
}

TEST(RtmpAggregate, TimesMoveSoThatTheFirstHasTheAggregates) {
  const RtmpMessage aggregate{RtmpType::aggregate, 1, 5'000,
                              hex("08 000002 000064 00 000000 af01 0000000d"
                                  " 09 000001 000078 00 000000 17 0000000c")};
  const auto inside = split_aggregate(aggregate);
  ASSERT_TRUE(inside);
  ASSERT_EQ(inside->size(), 2u);
  EXPECT_EQ((*inside)[0], (RtmpMessage{RtmpType::audio, 1, 5'000, hex("af01")}));
  EXPECT_EQ((*inside)[1], (RtmpMessage{RtmpType::video, 1, 5'020, hex("17")}));
}

TEST(RtmpAggregate, ManyEmptyMessagesAreRefused) {
  RtmpMessage aggregate{RtmpType::aggregate, 1, 0, {}};
  const auto one = hex("08 000000 000000 00 000000 0000000b");
  for (size_t at = 0; at < kRtmpAggregateMax; ++at)
    aggregate.body.insert(aggregate.body.end(), one.begin(), one.end());
  EXPECT_EQ(split_aggregate(aggregate)->size(), kRtmpAggregateMax);
  aggregate.body.insert(aggregate.body.end(), one.begin(), one.end());
  EXPECT_EQ(split_aggregate(aggregate).error().kind, ErrorKind::too_large);
}

TEST(RtmpAggregate, TruncationAndNestingAreRefused) {
  EXPECT_EQ(split_aggregate({RtmpType::aggregate, 1, 0, hex("08 ffffff 000000 00 000000 af")}).error().kind,
            ErrorKind::truncated);
  EXPECT_EQ(
      split_aggregate({RtmpType::aggregate, 1, 0, hex("16 000000 000000 00 000000 0000000b")}).error().reason,
      "rtmp.aggregate");
}

}  // namespace
}  // namespace vitrine
