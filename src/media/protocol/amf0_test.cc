#include "media/protocol/amf0.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

TEST(Amf0, ReadsACommandWithAnObject) {
  const auto values =
      read_amf0(hex("02 0007 636f6e6e656374 00 3ff0000000000000 03 0003 617070 02 0004 6c697665"
                    " 0003 747275 01 01 0000 09 05 06"));
  ASSERT_TRUE(values);
  ASSERT_EQ(values->size(), 5u);
  EXPECT_EQ((*values)[0], Amf0Value("connect"));
  EXPECT_EQ((*values)[1], Amf0Value(1));
  const auto* object = (*values)[2].object();
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(object->text("app"), "live");
  EXPECT_EQ(*object->find("tru"), Amf0Value(true));
  EXPECT_EQ(object->find("missing"), nullptr);
  EXPECT_EQ(object->number("app"), 0);  // another type reads as nothing
  EXPECT_EQ((*values)[4], Amf0Value(Amf0Undefined{}));
}

TEST(Amf0, EveryTruncationInsideAValueIsAnError) {
  const auto whole = write_amf0({Amf0Array{{"abc", 2.5, true, Amf0Date{1e12}}}});
  for (size_t size = 1; size < whole.size(); ++size)
    EXPECT_EQ(read_amf0(Bytes(whole).first(size)).error().kind, ErrorKind::truncated) << size << " bytes";
}

// Some encoders leave out the end marker of the object that ends the message.
TEST(Amf0, AnObjectThatEndsWithTheMessageNeedsNoMarker) {
  const auto values = read_amf0(hex("08 00000001 0005 7769647468 00 4086800000000000"));
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[0].object()->number("width"), 720);
}

// flvmeta#29: 70,000 nested arrays overflowed the stack (reliability.md 2.2, row 3).
TEST(Amf0, DeepNestingIsRefusedBeforeItCostsStack) {
  std::vector<uint8_t> nested;
  for (int depth = 0; depth < 70'000; ++depth) {
    const auto array = hex("0a 00000001");
    nested.insert(nested.end(), array.begin(), array.end());
  }
  EXPECT_EQ(read_amf0(nested).error().reason, "amf0.depth");
}

TEST(Amf0, NestingUpToTheLimitIsRead) {
  Amf0Value value = "leaf";
  for (int depth = 0; depth < kAmf0DepthMax; ++depth) value = Amf0Array{{value}};
  EXPECT_TRUE(read_amf0(write_amf0({value})));
  EXPECT_EQ(read_amf0(write_amf0({Amf0Array{{value}}})).error().reason, "amf0.depth");
}

TEST(Amf0, CountsStringsAndTotalsHaveLimits) {
  // An array that claims 2^32-1 items reserves nothing for them.
  EXPECT_EQ(read_amf0(hex("0a ffffffff 05 05")).error().kind, ErrorKind::truncated);
  EXPECT_EQ(read_amf0(std::vector<uint8_t>(kAmf0NodesMax + 1, 0x05)).error().reason, "amf0.nodes");
  EXPECT_EQ(read_amf0(hex("0c ffffffff")).error().reason, "amf0.string");
  EXPECT_EQ(read_amf0(std::vector<uint8_t>(kAmf0TotalMax + 1, 0x05)).error().reason, "amf0.total");
}

TEST(Amf0, ReferencesAndMovieClipsAreUnsupported) {
  EXPECT_EQ(read_amf0(hex("07 0000")).error().reason, "amf0.type");
  EXPECT_EQ(read_amf0(hex("04 00")).error().reason, "amf0.type");
}

rc::Gen<Amf0Value> any_value(int depth) {
  const auto scalar = rc::gen::oneOf(
      rc::gen::map(rc::gen::arbitrary<double>(), [](double number) { return Amf0Value(number); }),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool flag) { return Amf0Value(flag); }),
      rc::gen::map(rc::gen::string<std::string>(),
                   [](std::string text) { return Amf0Value(std::move(text)); }),
      rc::gen::just(Amf0Value()), rc::gen::just(Amf0Value(Amf0Undefined{})));
  if (depth == 0) return scalar;
  const auto array =
      rc::gen::map(rc::gen::container<std::vector<Amf0Value>>(any_value(depth - 1)),
                   [](std::vector<Amf0Value> items) { return Amf0Value(Amf0Array{std::move(items)}); });
  const auto object =
      rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, Amf0Value>>>(rc::gen::pair(
                       rc::gen::nonEmpty(rc::gen::string<std::string>()), any_value(depth - 1))),
                   [](std::vector<std::pair<std::string, Amf0Value>> pairs) {
                     Amf0Object out;
                     for (auto& [name, value] : pairs)
                       out.properties.push_back({std::move(name), std::move(value)});
                     return Amf0Value(std::move(out));
                   });
  return rc::gen::oneOf(scalar, array, object);
}

RC_GTEST_PROP(Amf0RoundTrip, WhatIsWrittenReadsBackTheSame, ()) {
  const auto value = *rc::gen::resize(6, any_value(2));
  const auto read = read_amf0(write_amf0({value}));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == std::vector<Amf0Value>{value});
}

}  // namespace
}  // namespace vitrine
