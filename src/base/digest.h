// SHA-256, HMAC-SHA-256, and comparison in constant time.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

namespace vitrine {

inline constexpr size_t kDigestBytes = 32;

std::string sha256(std::string_view bytes);
// `key` may have any length.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
// Time depends on the lengths only.
bool equal_secret(std::string_view a, std::string_view b);

}  // namespace vitrine
