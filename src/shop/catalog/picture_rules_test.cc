// Pictures known by their first bytes.
#include "shop/catalog/picture_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

const std::string kPng =
    std::string("\x89PNG\r\n\x1a\n", 8) + std::string("\0\0\0\rIHDR\0\0\2\0\0\0\1\0\x08\6\0\0\0", 21);
// SOI, an APP0 to step over, then a progressive frame header of 48 x 32.
const std::string kJpeg("\xFF\xD8\xFF\xE0\0\4JF\xFF\xC2\0\x0B\x08\0\x20\0\x30\1\1\x11\0", 21);
const std::string kWebpLossy("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\1\0\x9D\1\x2A\x40\1\xF0\0", 30);
const std::string kWebpLossless("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x3F\xC1\x3B\0", 25);
const std::string kWebpExtended("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3F\1\0\xEF\0\0", 30);

void expect_size(const std::string& bytes, PictureType type, uint32_t width, uint32_t height) {
  const auto facts = read_picture_facts(as_bytes(bytes));
  ASSERT_TRUE(facts) << facts.error().reason;
  EXPECT_EQ(facts->type, type);
  EXPECT_EQ(facts->width, width);
  EXPECT_EQ(facts->height, height);
}

TEST(PictureRules, ReadsTypeAndSize) {
  expect_size(kPng, PictureType::png, 512, 256);
  expect_size(kJpeg, PictureType::jpeg, 48, 32);
  expect_size(kWebpLossy, PictureType::webp, 320, 240);
  expect_size(kWebpLossless, PictureType::webp, 320, 240);
  expect_size(kWebpExtended, PictureType::webp, 320, 240);
}

TEST(PictureRules, EveryCutHeaderIsRefused) {
  for (const auto& whole :
       {kPng.substr(0, 24), kJpeg.substr(0, 17), kWebpLossy, kWebpLossless, kWebpExtended}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(read_picture_facts(as_bytes(whole.substr(0, size)))) << size;
    }
  }
}

TEST(PictureRules, AnythingElseIsNoPicture) {
  EXPECT_EQ(read_picture_facts(as_bytes("GIF89a...")).error().reason, "shop.picture_type");
  EXPECT_EQ(read_picture_facts(as_bytes("<svg onload=alert(1)>")).error().reason, "shop.picture_type");
}

TEST(PictureRules, SidesAndBytesHaveLimits) {
  std::string wide = kPng;
  wide[18] = '\x10';
  wide[19] = '\1';  // 4097 pixels
  EXPECT_EQ(read_picture_facts(as_bytes(wide)).error().reason, "shop.picture_too_large");
  const std::string heavy = kPng + std::string(kPictureBytesMax, 'x');
  EXPECT_EQ(read_picture_facts(as_bytes(heavy)).error().reason, "shop.picture_too_large");
}

}  // namespace
}  // namespace vitrine
