#include "store/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <utility>

namespace vitrine {
namespace {

constexpr Error kNoDirectory{ErrorKind::unavailable, "store.data_directory"};

std::string lock_path(const std::string& directory) {
  return directory + "/lock";
}

}  // namespace

Result<DataLock> DataLock::acquire(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  if (failed) return kNoDirectory;
  DataLock lock(::open(lock_path(directory).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0) return kNoDirectory;
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) return Error{ErrorKind::conflict, "store.data_locked"};
  const std::string pid = std::to_string(getpid()) + "\n";
  const bool written = ftruncate(lock.descriptor_, 0) == 0 && pwrite(lock.descriptor_, pid.data(), pid.size(),
                                                                     0) == static_cast<ssize_t>(pid.size());
  if (!written) return kNoDirectory;
  return lock;
}

std::optional<int> DataLock::holder(const std::string& directory) {
  const DataLock file(::open(lock_path(directory).c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor_ < 0) return std::nullopt;
  if (flock(file.descriptor_, LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  std::array<char, 16> text{};
  const ssize_t size = pread(file.descriptor_, text.data(), text.size(), 0);
  int pid = 0;
  if (size <= 0 || std::from_chars(text.data(), text.data() + size, pid).ec != std::errc())
    return std::nullopt;
  return pid;
}

DataLock::DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

DataLock::~DataLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace vitrine
