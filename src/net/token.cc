#include "net/token.h"

#include <charconv>

#include "base/check.h"
#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {

TokenSigner::TokenSigner(std::string key, std::string purpose)
    : key_(std::move(key)), purpose_(std::move(purpose)) {
  check(key_.size() >= kDigestBytes, "a signing key has 32 bytes");
}

std::string TokenSigner::signature(std::string_view text) const {
  // The NUL keeps purpose and text apart: "ab" + "c" is not "a" + "bc".
  return hmac_sha256(key_, purpose_ + '\0' + std::string(text));
}

std::string TokenSigner::sign(std::string_view payload, WallTime expires) const {
  const std::string text = std::to_string(expires.ms) + "." + std::string(payload);
  return to_base64url(text) + "." + to_base64url(signature(text));
}

Result<std::string> TokenSigner::verify(std::string_view token, WallTime now) const {
  const Error invalid{ErrorKind::unauthenticated, "token.invalid"};
  const size_t dot = token.find('.');
  if (token.size() > kTokenMax || dot == std::string_view::npos) return invalid;
  const auto text = from_base64url(token.substr(0, dot));
  const auto given = from_base64url(token.substr(dot + 1));
  if (!text || !given || !equal_secret(*given, signature(*text))) return invalid;
  // From here on the text is our own.
  const size_t end = text->find('.');
  WallTime expires;
  const auto read = std::from_chars(text->data(), text->data() + std::min(end, text->size()), expires.ms);
  if (end == std::string::npos || read.ec != std::errc()) return invalid;
  if (expires <= now) return Error{ErrorKind::gone, "token.expired"};
  return text->substr(end + 1);
}

}  // namespace vitrine
