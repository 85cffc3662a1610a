#include "media/webhook/webhook.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

constexpr Milliseconds kFirstBackOff{1'000};
constexpr Milliseconds kLongestBackOff{3'600'000};

}  // namespace

Result<WebhookUrl> read_webhook_url(std::string_view text) {
  auto url = read_http_url(text);
  if (!url) return Error{ErrorKind::invalid_input, "webhook.url"};
  return url;
}

Milliseconds delivery_back_off(int64_t tries) {
  const int64_t doublings = std::clamp<int64_t>(tries - 1, 0, 30);
  return std::min(Milliseconds(kFirstBackOff.count() << doublings), kLongestBackOff);
}

std::string delivery_signature(std::string_view secret, WallTime now, std::string_view body) {
  const int64_t seconds = now.ms / 1'000;
  return fmt::format("t={},v1={}", seconds, to_hex(hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

}  // namespace vitrine
