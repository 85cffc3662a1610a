#include "members/field_vault.h"

#include <sodium.h>

#include "base/digest.h"

namespace vitrine {
namespace {

constexpr char kVersion = 1;  // first byte of a sealed field: which key and cipher
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kHeadBytes = 1 + kNonceBytes;

const unsigned char* at(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string FieldVault::seal(std::string_view plain, std::string_view place) const {
  std::string out(kHeadBytes + plain.size() + kTagBytes, '\0');
  out[0] = kVersion;
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  random_.fill({bytes + 1, kNonceBytes});
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + kHeadBytes, nullptr, at(plain), plain.size(), at(place),
                                             place.size(), nullptr, bytes + 1, at(keys_.field));
  return out;
}

Result<std::string> FieldVault::open(std::string_view sealed, std::string_view place) const {
  constexpr Error kBroken{ErrorKind::internal, "members.sealed_field"};
  if (sealed.size() < kHeadBytes + kTagBytes || sealed[0] != kVersion) return kBroken;
  std::string out(sealed.size() - kHeadBytes - kTagBytes, '\0');
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr, at(sealed) + kHeadBytes,
      sealed.size() - kHeadBytes, at(place), place.size(), at(sealed) + 1, at(keys_.field));
  if (opened != 0) return kBroken;
  return out;
}

std::string FieldVault::blind_index(std::string_view kind, std::string_view value) const {
  return hmac_sha256(keys_.index, std::string(kind) + '\n' + std::string(value));
}

std::string FieldVault::code_digest(std::string_view phone_index, std::string_view code) const {
  return hmac_sha256(keys_.code, std::string(phone_index) + std::string(code));
}

}  // namespace vitrine
