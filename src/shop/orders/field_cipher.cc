#include "shop/orders/field_cipher.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace vitrine {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr char kForm = 1;  // the first byte of what is stored; another form gets another number
constexpr Error kNoKey{ErrorKind::unavailable, "shop.field_key"};
constexpr Error kSealed{ErrorKind::internal, "shop.field_sealed"};

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Result<void> write_key(const std::string& path, const std::string& key) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return kNoKey;
  const bool written =
      ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written) return kNoKey;
  return {};
}

}  // namespace

Result<void> FieldCipher::load(const std::string& path) {
  std::error_code failed;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  if (!std::filesystem::exists(path, failed)) {
    std::string fresh(kKeyBytes, '\0');
    random_.fill({raw(fresh), fresh.size()});
    if (auto written = write_key(path, fresh); !written) return written.error();
  }
  std::ifstream file(path, std::ios::binary);
  std::string key{std::istreambuf_iterator<char>(file), {}};
  if (key.size() != kKeyBytes) return kNoKey;
  key_ = std::move(key);
  return {};
}

std::string FieldCipher::seal(std::string_view plain, std::string_view place) const {
  check(key_.size() == kKeyBytes, "a field is sealed only after load()");
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
  if (key_.size() != kKeyBytes) return kNoKey;
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
