// CDN-style signed URLs: what a CDN in front of us sends along when it fetches a stream, and what we make
// for viewers who play through one. One secret shared with the CDN, current and previous.
//
//   aliyun_a, huawei_a   ?auth_key=TIME-RAND-UID-MD5   md5(PATH-TIME-RAND-UID-KEY), TIME in decimal
//   tencent              ?txSecret=MD5&txTime=TIME     md5(KEY STREAM TIME), TIME in hexadecimal
//   huawei_d             ?hwSecret=MAC&hwTime=TIME     HMAC-SHA256(KEY, STREAM TIME), TIME in hexadecimal
//
// TIME counts seconds since 1970. It is when the URL ends, or, with a lifetime, when it was made: CDNs
// differ, some within one vendor. The MD5 forms are for compatibility only; huawei_d is the one to choose.
//
// Thread  any; pure.
// Never   is on unless a key is configured.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

enum class SignedUrlFormat : uint8_t { none, aliyun_a, huawei_a, tencent, huawei_d };
constexpr std::array<std::string_view, 5> enum_names(SignedUrlFormat) {
  return {"none", "aliyun_a", "huawei_a", "tencent", "huawei_d"};
}
std::optional<SignedUrlFormat> signed_url_format(std::string_view name);

struct SignedUrlRule {
  SignedUrlFormat format = SignedUrlFormat::none;
  std::string key;
  std::string previous_key;  // still accepted while a change of keys is under way; empty: none
  Milliseconds lifetime{0};  // 0: TIME is when the URL ends
};

// What is signed: the vendors differ in which of the two they take.
struct SignedUrlTarget {
  std::string path;    // "/live/demo.flv"; for RTMP "/live/demo"
  std::string stream;  // "demo"
};

// The query, without '?'. `ends` is when the URL stops working; with a lifetime it must be `now` + lifetime,
// so the URL is stamped `ends` - lifetime. `nonce` is 0 to 64 letters and digits, used by the auth_key forms
// (empty: "0"). Empty for SignedUrlFormat::none.
std::string sign_query(const SignedUrlRule& rule, const SignedUrlTarget& target, WallTime ends,
                       std::string_view nonce = {});
// Whether the query carries a signature of the rule's format, right or wrong.
bool has_signature(const SignedUrlRule& rule, std::string_view query);
// Errors, both `forbidden`: "play.token_invalid", "play.token_expired".
Result<void> verify_query(const SignedUrlRule& rule, const SignedUrlTarget& target, std::string_view query,
                          WallTime now);

}  // namespace vitrine
