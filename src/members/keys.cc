#include "members/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/digest.h"

namespace vitrine {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr Error kUnreadable{ErrorKind::unavailable, "members.secrets"};

// Written beside its place and renamed, so that a crash leaves the whole key or none.
Result<std::string> make_key(const std::string& path, Random& random) {
  std::string key(kKeyBytes, '\0');
  random.fill({reinterpret_cast<uint8_t*>(key.data()), key.size()});
  const std::string fresh = path + ".new";
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return kUnreadable;
  const bool written =
      write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
  close(file);
  if (!written || rename(fresh.c_str(), path.c_str()) != 0) return kUnreadable;
  return key;
}

Result<std::string> load_key(const std::string& path, Random& random) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? make_key(path, random) : Result<std::string>(kUnreadable);
  struct stat about{};
  char bytes[kKeyBytes + 1];
  const bool known = fstat(file, &about) == 0;
  const ssize_t got = read(file, bytes, sizeof bytes);
  close(file);
  if (!known || got < 0) return kUnreadable;
  if ((about.st_mode & 077) != 0) return Error{ErrorKind::invalid_input, "members.secret_mode"};
  if (got != kKeyBytes) return Error{ErrorKind::invalid_input, "members.secret_size"};
  return std::string(bytes, kKeyBytes);
}

}  // namespace

MemberKeys derive_member_keys(std::string_view cookie_master, std::string_view field_master) {
  return {.cookie = hmac_sha256(cookie_master, "vitrine cookie 1"),
          .csrf = hmac_sha256(cookie_master, "vitrine csrf 1"),
          .field = hmac_sha256(field_master, "vitrine field 1"),
          .index = hmac_sha256(field_master, "vitrine index 1"),
          .code = hmac_sha256(field_master, "vitrine code 1"),
          .one_time = hmac_sha256(field_master, "vitrine one-time password 1"),
          .audit = hmac_sha256(field_master, "vitrine audit 1")};
}

Result<MemberKeys> load_member_keys(const std::string& data_directory, Random& random) {
  const std::string folder = data_directory + "/secrets";
  std::error_code failed;
  const bool made = std::filesystem::create_directories(folder, failed);
  if (failed) return kUnreadable;
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed) return kUnreadable;
  const auto cookie = load_key(folder + "/cookie.key", random);
  if (!cookie) return cookie.error();
  const auto field = load_key(folder + "/field.key", random);
  if (!field) return field.error();
  return derive_member_keys(*cookie, *field);
}

}  // namespace vitrine
