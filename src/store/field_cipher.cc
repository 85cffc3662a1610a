#include "store/field_cipher.h"

#include <openssl/evp.h>

#include <memory>

#include "store/secret_file.h"

namespace vitrine {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr char kForm = 1;  // the first byte of what is stored; another form gets another number
constexpr Error kNoKey{ErrorKind::unavailable, "store.field_key"};
constexpr Error kSealed{ErrorKind::internal, "store.field_sealed"};

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

Result<void> FieldCipher::load(const std::string& path) {
  auto key = load_secret(path, random_);
  if (!key) return key.error();
  key_ = std::move(*key);
  return {};
}

std::string FieldCipher::seal(std::string_view plain, std::string_view place) const {
  check(key_.size() == kSecretBytes, "a field is sealed only after load()");
  std::string out(1 + kNonceBytes + plain.size() + kTagBytes, '\0');
  out[0] = kForm;
  random_.fill({raw(out) + 1, kNonceBytes});
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool sealed =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key_), raw(out) + 1) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, raw(place), static_cast<int>(place.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), raw(out) + 1 + kNonceBytes, &length, raw(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), raw(out) + 1 + kNonceBytes + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          raw(out) + 1 + kNonceBytes + plain.size()) == 1;
  check(sealed, "AES-256-GCM failed");
  return out;
}

Result<std::string> FieldCipher::open(std::string_view sealed, std::string_view place) const {
  if (key_.size() != kSecretBytes) return kNoKey;
  if (sealed.size() < 1 + kNonceBytes + kTagBytes || sealed[0] != kForm) return kSealed;
  const auto nonce = sealed.substr(1, kNonceBytes);
  const auto body = sealed.substr(1 + kNonceBytes, sealed.size() - 1 - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string out(body.size(), '\0');
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  unsigned char rest[16];
  const bool opened =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key_), raw(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, raw(place), static_cast<int>(place.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), raw(out), &length, raw(body), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), rest, &length) == 1;
  if (!opened) return kSealed;
  return out;
}

}  // namespace vitrine
