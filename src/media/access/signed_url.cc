#include "media/access/signed_url.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/digest.h"
#include "base/hex.h"
#include "media/protocol/stream_name.h"
#include "net/url.h"

namespace vitrine {
namespace {

constexpr Error kInvalid{ErrorKind::forbidden, "play.token_invalid"};
constexpr size_t kFieldMax = 64;
constexpr size_t kTimeDigitsMax = 12;  // far beyond any date, far from overflow

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
  check(done == 1, "MD5 is available");
  return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

// The signature and what it covers, as texts of the URL: what was signed is what was written.
struct Parts {
  std::string time;
  std::string nonce;
  std::string user;
  std::string signature;
};

bool is_auth_key(SignedUrlFormat format) {
  return format == SignedUrlFormat::aliyun_a || format == SignedUrlFormat::huawei_a;
}

int time_base(SignedUrlFormat format) {
  return is_auth_key(format) ? 10 : 16;
}

std::string signature_of(const SignedUrlRule& rule, const std::string& key, const SignedUrlTarget& target,
                         const Parts& parts) {
  if (is_auth_key(rule.format))
    return md5_hex(fmt::format("{}-{}-{}-{}-{}", target.path, parts.time, parts.nonce, parts.user, key));
  if (rule.format == SignedUrlFormat::tencent) return md5_hex(key + target.stream + parts.time);
  return to_hex(hmac_sha256(key, target.stream + parts.time));
}

// TIME-RAND-UID-MD5
std::optional<Parts> read_auth_key(std::string_view text) {
  std::array<std::string, 4> fields;
  for (size_t at = 0; at < fields.size(); ++at) {
    const size_t end = text.find('-');
    if ((end == std::string_view::npos) != (at + 1 == fields.size())) return std::nullopt;
    fields[at] = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    // The same letters as a stream's name has; '-' parts the fields.
    if (fields[at].size() > kFieldMax || !is_stream_name(fields[at])) return std::nullopt;
    if (end == std::string_view::npos) break;
  }
  return Parts{fields[0], fields[1], fields[2], fields[3]};
}

std::optional<Parts> read_parts(SignedUrlFormat format, std::string_view query) {
  if (is_auth_key(format)) {
    const auto text = query_value(query, "auth_key");
    return text ? read_auth_key(*text) : std::nullopt;
  }
  const bool tencent = format == SignedUrlFormat::tencent;
  auto signature = query_value(query, tencent ? "txSecret" : "hwSecret");
  auto time = query_value(query, tencent ? "txTime" : "hwTime");
  if (!signature || !time) return std::nullopt;
  return Parts{*std::move(time), {}, {}, *std::move(signature)};
}

std::optional<int64_t> read_seconds(std::string_view text, int base) {
  int64_t seconds = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds, base);
  const bool fine = !text.empty() && text.size() <= kTimeDigitsMax && text[0] != '-' &&
                    read.ec == std::errc() && read.ptr == end;
  return fine ? std::optional(seconds) : std::nullopt;
}

}  // namespace

std::optional<SignedUrlFormat> signed_url_format(std::string_view name) {
  constexpr auto names = enum_names(SignedUrlFormat{});
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<SignedUrlFormat>(found - names.begin());
}

std::string sign_query(const SignedUrlRule& rule, const SignedUrlTarget& target, WallTime ends,
                       std::string_view nonce) {
  if (rule.format == SignedUrlFormat::none) return {};
  const int64_t seconds = (ends.ms - rule.lifetime.count()) / 1'000;
  Parts parts;
  parts.time = time_base(rule.format) == 10 ? fmt::format("{}", seconds) : fmt::format("{:x}", seconds);
  parts.nonce = nonce.empty() ? "0" : nonce;
  parts.user = "0";
  parts.signature = signature_of(rule, rule.key, target, parts);
  if (is_auth_key(rule.format))
    return fmt::format("auth_key={}-{}-{}-{}", parts.time, parts.nonce, parts.user, parts.signature);
  if (rule.format == SignedUrlFormat::tencent)
    return fmt::format("txSecret={}&txTime={}", parts.signature, parts.time);
  return fmt::format("hwSecret={}&hwTime={}", parts.signature, parts.time);
}

bool has_signature(const SignedUrlRule& rule, std::string_view query) {
  return rule.format != SignedUrlFormat::none && read_parts(rule.format, query).has_value();
}

Result<void> verify_query(const SignedUrlRule& rule, const SignedUrlTarget& target, std::string_view query,
                          WallTime now) {
  if (rule.format == SignedUrlFormat::none || rule.key.empty()) return kInvalid;
  const auto parts = read_parts(rule.format, query);
  if (!parts) return kInvalid;
  // Both keys are tried whichever fits: the time says nothing.
  const bool by_current = equal_secret(parts->signature, signature_of(rule, rule.key, target, *parts));
  const bool by_previous =
      !rule.previous_key.empty() &&
      equal_secret(parts->signature, signature_of(rule, rule.previous_key, target, *parts));
  if (!by_current && !by_previous) return kInvalid;
  const auto seconds = read_seconds(parts->time, time_base(rule.format));
  if (!seconds) return kInvalid;
  const WallTime ends{*seconds * 1'000 + rule.lifetime.count()};
  if (ends <= now) return Error{ErrorKind::forbidden, "play.token_expired"};
  return {};
}

}  // namespace vitrine
