#include "app/backup_files.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
constexpr Error kDisk{ErrorKind::unavailable, "store.io"};
constexpr size_t kChunk = 1 << 20;

struct Descriptor {
  explicit Descriptor(int opened) : value(opened) {}
  ~Descriptor() {
    if (value >= 0) close(value);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// Reads all of `from`, copying it to `to` unless that is below zero.
Result<BackupFile> read_through(int from, int to, std::string path) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool good = EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
  std::string chunk(kChunk, '\0');
  BackupFile out{std::move(path), 0, {}};
  while (good) {
    const ssize_t got = read(from, chunk.data(), chunk.size());
    if (got < 0) return kDisk;
    if (got == 0) break;
    const std::string_view piece(chunk.data(), static_cast<size_t>(got));
    good =
        EVP_DigestUpdate(digest.get(), piece.data(), piece.size()) == 1 && (to < 0 || write_all(to, piece));
    out.bytes += got;
  }
  std::array<unsigned char, kDigestBytes> bytes;
  if (!good || EVP_DigestFinal_ex(digest.get(), bytes.data(), nullptr) != 1) return kDisk;
  out.sha256 = to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return out;
}

}  // namespace

Result<BackupFile> digest_of(const std::string& file, std::string path) {
  const Descriptor from(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (from.value < 0) return kDisk;
  return read_through(from.value, -1, std::move(path));
}

Result<BackupFile> copy_synced(const std::string& from, const std::string& to, std::string path) {
  std::error_code failed;
  fs::create_directories(fs::path(to).parent_path(), failed);
  const auto rights = fs::status(from, failed).permissions();
  const Descriptor source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor target(
      open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(rights)));
  if (failed || source.value < 0 || target.value < 0) return kDisk;
  auto copied = read_through(source.value, target.value, std::move(path));
  if (copied && fsync(target.value) != 0) return kDisk;
  return copied;
}

Result<void> write_synced(const std::string& file, const std::string& bytes) {
  const Descriptor target(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (target.value < 0 || !write_all(target.value, bytes) || fsync(target.value) != 0) return kDisk;
  return {};
}

std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->is_regular_file(failed)) out.push_back(fs::relative(at->path(), folder, failed).string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace vitrine
