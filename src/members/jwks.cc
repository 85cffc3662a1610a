#include "members/jwks.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <boost/json/parse.hpp>
#include <memory>

#include "base/hex.h"

namespace vitrine {
namespace {

constexpr Error kBadList{ErrorKind::invalid_input, "members.jwks"};

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string text_of(const boost::json::object& key, std::string_view name) {
  const auto* value = key.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string pem_of(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  std::string out;
  if (PEM_write_bio_PUBKEY(bio, key) == 1) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    out.assign(data, static_cast<size_t>(size));
  }
  BIO_free(bio);
  return out;
}

BIGNUM* number_of(const std::string& bytes) {
  return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
                   nullptr);
}

// RFC 7518, 6.3.1.
std::string rsa_pem(const boost::json::object& json) {
  const auto modulus = from_base64url(text_of(json, "n"));
  const auto exponent = from_base64url(text_of(json, "e"));
  if (!modulus || !exponent || modulus->empty() || modulus->size() > 1'024 || exponent->empty() ||
      exponent->size() > 8)
    return {};
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> n(number_of(*modulus), BN_free);
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> e(number_of(*exponent), BN_free);
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(),
                                                                              OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return {};
  const PublicKey key(made, EVP_PKEY_free);
  return pem_of(key.get());
}

// RFC 8037, 2.
std::string ed25519_pem(const boost::json::object& json) {
  const auto bytes = from_base64url(text_of(json, "x"));
  if (text_of(json, "crv") != "Ed25519" || !bytes || bytes->size() != 32) return {};
  const PublicKey key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                  reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size()),
      EVP_PKEY_free);
  return key ? pem_of(key.get()) : std::string();
}

// Empty when we cannot use it.
std::optional<JwtKey> key_of(const boost::json::object& json) {
  const std::string use = text_of(json, "use");
  const std::string algorithm = text_of(json, "alg");
  if (!use.empty() && use != "sig") return std::nullopt;
  JwtKey out{text_of(json, "kid"), JwtAlgorithm::rs256, {}};
  const std::string type = text_of(json, "kty");
  if (type == "RSA" && (algorithm.empty() || algorithm == "RS256")) {
    out.algorithm = JwtAlgorithm::rs256;
    out.material = rsa_pem(json);
  } else if (type == "OKP" && (algorithm.empty() || algorithm == "EdDSA")) {
    out.algorithm = JwtAlgorithm::eddsa;
    out.material = ed25519_pem(json);
  }
  if (out.material.empty() || !JwtVerifier::make({out}, {}, "any")) return std::nullopt;
  return out;
}

}  // namespace

Result<std::vector<JwtKey>> read_jwks(std::string_view text) {
  boost::system::error_code failed;
  if (text.size() > kJwksBytesMax) return kBadList;
  const auto json = boost::json::parse(text, failed, {}, {.max_depth = 8});
  const auto* keys = failed || !json.is_object() ? nullptr : json.get_object().if_contains("keys");
  if (keys == nullptr || !keys->is_array() || keys->get_array().size() > kJwksKeysMax) return kBadList;
  std::vector<JwtKey> out;
  for (const auto& one : keys->get_array()) {
    auto key = one.is_object() ? key_of(one.get_object()) : std::nullopt;
    if (key) out.push_back(std::move(*key));
  }
  if (out.empty()) return kBadList;
  return out;
}

}  // namespace vitrine
