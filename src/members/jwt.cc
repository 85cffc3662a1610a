#include "members/jwt.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {

struct JwtVerifier::ReadyKey {
  std::string id;
  JwtAlgorithm algorithm;
  std::string secret;               // HS256
  std::shared_ptr<EVP_PKEY> key{};  // the others
};

namespace {

constexpr Error kBadKey{ErrorKind::invalid_input, "members.jwt_key"};
constexpr Error kBadToken{ErrorKind::unauthenticated, "members.token"};
constexpr size_t kTokenBytesMax = 8 * 1024;
constexpr size_t kSecretBytesMin = 32;
constexpr int kRsaBitsMin = 2048;
constexpr int64_t kLeewaySeconds = 60;

std::optional<JwtAlgorithm> algorithm_named(std::string_view name) {
  if (name == "HS256") return JwtAlgorithm::hs256;
  if (name == "RS256") return JwtAlgorithm::rs256;
  if (name == "EdDSA") return JwtAlgorithm::eddsa;
  return std::nullopt;
}

std::shared_ptr<EVP_PKEY> read_public_key(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return key == nullptr ? nullptr : std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

bool suits(const EVP_PKEY* key, JwtAlgorithm algorithm) {
  if (algorithm == JwtAlgorithm::eddsa) return EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
  return EVP_PKEY_get_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= kRsaBitsMin;
}

bool verifies(EVP_PKEY* key, JwtAlgorithm algorithm, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const EVP_MD* digest = algorithm == JwtAlgorithm::rs256 ? EVP_sha256() : nullptr;
  if (EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

std::optional<boost::json::object> parse_object(std::string_view text) {
  boost::system::error_code failed;
  auto json = boost::json::parse(text, failed, {}, {.max_depth = 8});
  if (failed || !json.is_object()) return std::nullopt;
  return std::move(json.get_object());
}

std::optional<boost::json::object> parse_part(std::string_view part) {
  const auto bytes = from_base64url(part);
  return bytes ? parse_object(*bytes) : std::nullopt;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// NumericDate: seconds, whole or not. Empty when missing or not a sensible number.
std::optional<int64_t> seconds_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->to_number<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return static_cast<int64_t>(seconds);
}

bool names_audience(const boost::json::object& claims, std::string_view audience) {
  const auto* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_string()) return std::string_view(value->get_string()) == audience;
  if (!value->is_array()) return false;
  return std::ranges::any_of(value->get_array(), [&](const boost::json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == audience;
  });
}

// A header that names its own key, or demands what we do not know, is not one of ours.
bool header_is_plain(const boost::json::object& header) {
  for (const char* name : {"jku", "jwk", "x5u", "x5c", "crit", "zip", "enc"}) {
    if (header.contains(name)) return false;
  }
  return true;
}

Result<void> check_times(const boost::json::object& claims, WallTime now) {
  const int64_t now_s = now.ms / 1000;
  const auto expires = seconds_of(claims, "exp");
  if (!expires) return kBadToken;
  if (now_s >= *expires + kLeewaySeconds) {
    return Error{ErrorKind::unauthenticated, "members.token_expired"};
  }
  if (!claims.contains("nbf")) return {};
  const auto from = seconds_of(claims, "nbf");
  if (!from) return kBadToken;
  if (now_s + kLeewaySeconds < *from) return Error{ErrorKind::unauthenticated, "members.token_early"};
  return {};
}

}  // namespace

Result<JwtVerifier> JwtVerifier::make(std::vector<JwtKey> keys, std::string issuer, std::string audience) {
  JwtVerifier verifier;
  verifier.issuer_ = std::move(issuer);
  verifier.audience_ = std::move(audience);
  if (!keys.empty() && verifier.audience_.empty()) return kBadKey;
  for (auto& key : keys) {
    ReadyKey ready{.id = key.id, .algorithm = key.algorithm, .secret = {}};
    for (const auto& other : verifier.keys_) {
      if (other->algorithm == key.algorithm && other->id == key.id) return kBadKey;
    }
    if (key.algorithm == JwtAlgorithm::hs256) {
      if (key.material.size() < kSecretBytesMin) return kBadKey;
      ready.secret = std::move(key.material);
    } else {
      ready.key = read_public_key(key.material);
      if (!ready.key || !suits(ready.key.get(), key.algorithm)) return kBadKey;
    }
    verifier.keys_.push_back(std::make_shared<ReadyKey>(std::move(ready)));
  }
  return verifier;
}

const JwtVerifier::ReadyKey* JwtVerifier::key_for(JwtAlgorithm algorithm, std::string_view id) const {
  const ReadyKey* only = nullptr;
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm) continue;
    if (!id.empty() && key->id == id) return key.get();
    if (!id.empty() && !key->id.empty()) continue;
    if (only != nullptr) return nullptr;
    only = key.get();
  }
  return only;
}

Result<std::string> JwtVerifier::signed_payload(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return kBadToken;
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return kBadToken;
  }
  const auto header = parse_part(token.substr(0, first));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!header || !signature || !header_is_plain(*header)) return kBadToken;
  const auto algorithm = algorithm_named(text_of(*header, "alg"));
  if (!algorithm) return kBadToken;
  const ReadyKey* key = key_for(*algorithm, text_of(*header, "kid"));
  if (key == nullptr) return kBadToken;
  const std::string_view signed_text = token.substr(0, second);
  const bool genuine = *algorithm == JwtAlgorithm::hs256
                           ? equal_secret(hmac_sha256(key->secret, signed_text), *signature)
                           : verifies(key->key.get(), *algorithm, signed_text, *signature);
  if (!genuine) return kBadToken;
  auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  if (!payload) return kBadToken;
  return std::move(*payload);
}

Result<JwtClaims> JwtVerifier::verify(std::string_view token, WallTime now) const {
  const auto payload = signed_payload(token);
  if (!payload) return payload.error();
  const auto claims = parse_object(*payload);
  if (!claims) return kBadToken;
  if (auto timely = check_times(*claims, now); !timely) return timely.error();
  JwtClaims out{.issuer = text_of(*claims, "iss"),
                .subject = text_of(*claims, "sub"),
                .name = text_of(*claims, "name"),
                .room = text_of(*claims, "room"),
                .expires = {seconds_of(*claims, "exp").value_or(0) * 1'000}};
  if (!names_audience(*claims, audience_) || out.subject.empty()) return kBadToken;
  if (!issuer_.empty() && out.issuer != issuer_) return kBadToken;
  return out;
}

Result<JwtKey> load_jwt_key(std::string_view item) {
  const size_t equals = item.find('=');
  const size_t colon = equals == std::string_view::npos ? equals : item.find(':', equals);
  if (colon == std::string_view::npos) return kBadKey;
  const auto algorithm = algorithm_named(item.substr(equals + 1, colon - equals - 1));
  if (!algorithm || equals == 0) return kBadKey;
  std::ifstream file(std::string(item.substr(colon + 1)), std::ios::binary);
  if (!file) return Error{ErrorKind::unavailable, "members.jwt_key_file"};
  JwtKey key{std::string(item.substr(0, equals)), *algorithm, {}};
  key.material.assign(std::istreambuf_iterator<char>(file), {});
  // Editors and `echo` end a file with a line feed that the merchant's own side does not hash.
  while (key.algorithm == JwtAlgorithm::hs256 && key.material.ends_with('\n')) key.material.pop_back();
  return key;
}

}  // namespace vitrine
