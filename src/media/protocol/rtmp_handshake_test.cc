#include "media/protocol/rtmp_handshake.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fstream>

#include "base/hex.h"

namespace vitrine {
namespace {

std::vector<uint8_t> simple_c0_c1(uint8_t version = 3) {
  std::vector<uint8_t> bytes(1 + kRtmpHandshakeBytes);
  SeededRandom random(7);
  random.fill(bytes);
  bytes[0] = version;
  std::fill(bytes.begin() + 1, bytes.begin() + 9, uint8_t{0});
  return bytes;
}

std::vector<uint8_t> hmac(Bytes key, Bytes message) {
  std::vector<uint8_t> out(32);
  unsigned int size = 32;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), out.data(),
       &size);
  return out;
}

size_t offset_of_digest(Bytes block, size_t base) {
  return base + 4 + (block[base] + block[base + 1] + block[base + 2] + block[base + 3]) % 728u;
}

std::vector<uint8_t> without_digest(Bytes block, size_t offset) {
  std::vector<uint8_t> rest(block.begin(), block.begin() + static_cast<long>(offset));
  rest.insert(rest.end(), block.begin() + static_cast<long>(offset) + 32, block.end());
  return rest;
}

// A C0 + C1 as Flash and OBS's librtmp make it; `base` is where the offset bytes lie.
std::vector<uint8_t> digest_c0_c1(size_t base) {
  auto bytes = simple_c0_c1();
  const std::array<uint8_t, 4> version{9, 0, 124, 2};
  std::copy(version.begin(), version.end(), bytes.begin() + 5);
  const Bytes c1 = Bytes(bytes).subspan(1);
  const size_t offset = offset_of_digest(c1, base);
  const auto digest = hmac(as_bytes("Genuine Adobe Flash Player 001"), without_digest(c1, offset));
  std::copy(digest.begin(), digest.end(), bytes.begin() + 1 + static_cast<long>(offset));
  return bytes;
}

TEST(RtmpHandshake, SimpleAnswerEchoesC1) {
  SeededRandom random(1);
  const auto c0_c1 = simple_c0_c1();
  const auto answer = answer_handshake(c0_c1, random);
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 1 + 2 * kRtmpHandshakeBytes);
  EXPECT_EQ((*answer)[0], 3);
  EXPECT_TRUE(std::equal(c0_c1.begin() + 1, c0_c1.end(), answer->begin() + 1 + kRtmpHandshakeBytes));
  EXPECT_TRUE(std::all_of(answer->begin() + 1, answer->begin() + 9, [](uint8_t byte) { return byte == 0; }));
}

class RtmpDigestHandshake : public testing::TestWithParam<std::pair<size_t, RtmpDigestLayout>> {};

// The peer checks S1 with the server's short key and S2 with the long one: so does this test.
TEST_P(RtmpDigestHandshake, TheAnswerProvesItselfInTheSameLayout) {
  const auto [base, layout] = GetParam();
  const auto c0_c1 = digest_c0_c1(base);
  const Bytes c1 = Bytes(c0_c1).subspan(1);
  ASSERT_EQ(find_client_digest(c1), layout);
  SeededRandom random(2);
  const auto answer = answer_handshake(c0_c1, random);
  ASSERT_TRUE(answer);

  const Bytes s1 = Bytes(*answer).subspan(1, kRtmpHandshakeBytes);
  const size_t offset = offset_of_digest(s1, base);
  const auto wanted = hmac(as_bytes("Genuine Adobe Flash Media Server 001"), without_digest(s1, offset));
  EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), s1.begin() + static_cast<long>(offset)));

  const Bytes s2 = Bytes(*answer).subspan(1 + kRtmpHandshakeBytes);
  std::string full_key = "Genuine Adobe Flash Media Server 001";
  full_key += *from_hex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae");
  const auto key = hmac(as_bytes(full_key), c1.subspan(offset_of_digest(c1, base), 32));
  const auto proof = hmac(key, s2.first(1'504));
  EXPECT_TRUE(std::equal(proof.begin(), proof.end(), s2.begin() + 1'504));
}

INSTANTIATE_TEST_SUITE_P(Layouts, RtmpDigestHandshake,
                         testing::Values(std::pair{size_t{8}, RtmpDigestLayout::digest_first},
                                         std::pair{size_t{772}, RtmpDigestLayout::key_first}));

// What FFmpeg 5.1 sends: it then checks our digest and our proof, so publishing with it tests both.
TEST(RtmpHandshake, FfmpegSendsADigest) {
  std::ifstream file(VITRINE_SOURCE_DIR "/tests/corpus/rtmp_handshake/ffmpeg", std::ios::binary);
  const std::string c0_c1(std::istreambuf_iterator<char>(file), {});
  ASSERT_EQ(c0_c1.size(), 1 + kRtmpHandshakeBytes);
  EXPECT_NE(find_client_digest(as_bytes(c0_c1).subspan(1)), RtmpDigestLayout::none);
}

TEST(RtmpHandshake, AVersionWithoutAValidDigestGetsTheSimpleAnswer) {
  auto c0_c1 = digest_c0_c1(8);
  c0_c1[1'000] ^= 1;  // covered by the digest
  SeededRandom random(3);
  const auto answer = answer_handshake(c0_c1, random);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(std::equal(c0_c1.begin() + 1, c0_c1.end(), answer->begin() + 1 + kRtmpHandshakeBytes));
}

TEST(RtmpHandshake, EncryptedRtmpAndShortInputAreRefused) {
  SeededRandom random(4);
  EXPECT_EQ(answer_handshake(simple_c0_c1(6), random).error().reason, "rtmp.version");
  const auto whole = simple_c0_c1();
  for (const size_t size : {size_t{0}, size_t{1}, whole.size() - 1})
    EXPECT_EQ(answer_handshake(Bytes(whole).first(size), random).error().kind, ErrorKind::truncated);
}

}  // namespace
}  // namespace vitrine
