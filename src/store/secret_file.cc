#include "store/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace vitrine {
namespace {

constexpr Error kUnusable{ErrorKind::unavailable, "store.secrets"};

bool sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

// Written beside its place and renamed, so that a crash leaves the whole secret or none; the folder is
// synced before anything is sealed, so that no power loss takes a secret in use.
Result<std::string> make_secret(const std::string& folder, const std::string& path, Random& random) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(folder, failed);
  if (made && !failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed) return kUnusable;
  std::string secret(kSecretBytes, '\0');
  random.fill({reinterpret_cast<uint8_t*>(secret.data()), secret.size()});
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return kUnusable;
  const bool written = ::write(file, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
                       ::fsync(file) == 0;
  ::close(file);
  if (!written || std::rename(fresh.c_str(), path.c_str()) != 0 || !sync_folder(folder)) return kUnusable;
  return secret;
}

}  // namespace

Result<std::string> load_secret(const std::string& path, Random& random) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return kUnusable;
  if (file < 0) return make_secret(std::filesystem::path(path).parent_path(), path, random);
  struct stat about{};
  char bytes[kSecretBytes + 1];
  const bool known = ::fstat(file, &about) == 0;
  const ssize_t got = ::read(file, bytes, sizeof bytes);
  ::close(file);
  if (!known || got < 0) return kUnusable;
  if ((about.st_mode & 077) != 0) return Error{ErrorKind::invalid_input, "store.secret_mode"};
  if (got != kSecretBytes) return Error{ErrorKind::invalid_input, "store.secret_size"};
  return std::string(bytes, kSecretBytes);
}

}  // namespace vitrine
