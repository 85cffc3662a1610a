#include "media/protocol/rtmp_handshake.h"

#include <algorithm>
#include <array>

#include "base/digest.h"

namespace vitrine {
namespace {

// The 32 bytes both full keys end with; every implementation carries them.
constexpr std::array<uint8_t, kDigestBytes> kKeyTail{
    0xf0, 0xee, 0xc2, 0x4a, 0x80, 0x68, 0xbe, 0xe8, 0x2e, 0x00, 0xd0, 0xd1, 0x02, 0x9e, 0x7e, 0x57,
    0x6e, 0xec, 0x5d, 0x2d, 0x29, 0x80, 0x6f, 0xab, 0x93, 0xb8, 0xe6, 0x36, 0xcf, 0xeb, 0x31, 0xae};
constexpr std::string_view kClientKey = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerKey = "Genuine Adobe Flash Media Server 001";
constexpr std::array<uint8_t, 4> kServerVersion{4, 5, 0, 1};  // not zero: "digests are spoken here"

constexpr size_t kDigestRange = 728;

size_t digest_offset(Bytes block, RtmpDigestLayout layout) {
  const size_t base = layout == RtmpDigestLayout::digest_first ? 8 : 772;
  const size_t sum = size_t{block[base]} + block[base + 1] + block[base + 2] + block[base + 3];
  return base + 4 + sum % kDigestRange;
}

// The HMAC over the block without the 32 bytes at `offset`.
std::string digest_around(Bytes block, size_t offset, std::string_view key) {
  std::string rest(as_text(block.first(offset)));
  rest += as_text(block.subspan(offset + kDigestBytes));
  return hmac_sha256(key, rest);
}

void put_digest(std::vector<uint8_t>& s1, RtmpDigestLayout layout) {
  std::copy(kServerVersion.begin(), kServerVersion.end(), s1.begin() + 4);
  const size_t offset = digest_offset(s1, layout);
  const std::string digest = digest_around(s1, offset, kServerKey);
  std::copy(digest.begin(), digest.end(), s1.begin() + static_cast<ptrdiff_t>(offset));
}

// 1,504 random bytes, then their HMAC keyed by the HMAC of the peer's digest.
void put_proof(std::vector<uint8_t>& s2, Bytes peer_digest) {
  std::string full_key(kServerKey);
  full_key += as_text(kKeyTail);
  const std::string key = hmac_sha256(full_key, as_text(peer_digest));
  const size_t random_bytes = s2.size() - kDigestBytes;
  const std::string proof = hmac_sha256(key, as_text(Bytes(s2).first(random_bytes)));
  std::copy(proof.begin(), proof.end(), s2.begin() + static_cast<ptrdiff_t>(random_bytes));
}

}  // namespace

RtmpDigestLayout find_client_digest(Bytes c1) {
  const bool versioned = std::any_of(c1.begin() + 4, c1.begin() + 8, [](uint8_t byte) { return byte != 0; });
  if (!versioned) return RtmpDigestLayout::none;
  for (const auto layout : {RtmpDigestLayout::digest_first, RtmpDigestLayout::key_first}) {
    const size_t offset = digest_offset(c1, layout);
    if (digest_around(c1, offset, kClientKey) == as_text(c1.subspan(offset, kDigestBytes))) return layout;
  }
  return RtmpDigestLayout::none;
}

Result<std::vector<uint8_t>> answer_handshake(Bytes c0_c1, Random& random) {
  if (c0_c1.size() != 1 + kRtmpHandshakeBytes) return Error{ErrorKind::truncated, "wire.truncated"};
  if (c0_c1[0] != kRtmpVersion) return Error{ErrorKind::unsupported, "rtmp.version"};
  const Bytes c1 = c0_c1.subspan(1);
  const auto layout = find_client_digest(c1);

  std::vector<uint8_t> s1(kRtmpHandshakeBytes);
  random.fill(s1);
  std::fill(s1.begin(), s1.begin() + 8, uint8_t{0});  // our time begins at 0
  std::vector<uint8_t> s2(c1.begin(), c1.end());      // simple: an echo of C1
  if (layout != RtmpDigestLayout::none) {
    put_digest(s1, layout);
    random.fill(s2);
    put_proof(s2, c1.subspan(digest_offset(c1, layout), kDigestBytes));
  }
  std::vector<uint8_t> out{kRtmpVersion};
  out.insert(out.end(), s1.begin(), s1.end());
  out.insert(out.end(), s2.begin(), s2.end());
  return out;
}

}  // namespace vitrine
