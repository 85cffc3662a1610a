#include "shop/catalog/picture_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace vitrine {
namespace {

constexpr size_t kInsideMax = 64;  // requests reading or writing pictures at once
constexpr Error kIo{ErrorKind::unavailable, "shop.picture_io"};

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    done += static_cast<size_t>(put);
  }
  return ::fsync(fd) == 0;
}

Result<void> write_file(const std::string& path, const std::string& bytes) {
  const std::string beside = path + ".part";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok() || !write_all(file.fd(), bytes)) return kIo;
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return kIo;
  const File folder(std::filesystem::path(path).parent_path(), O_RDONLY | O_DIRECTORY);
  if (!folder.ok() || ::fsync(folder.fd()) != 0) return kIo;
  return {};
}

Result<std::string> read_file(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.ok()) return errno == ENOENT ? Error{ErrorKind::not_found, "shop.picture"} : kIo;
  std::string out;
  char buffer[64 * 1024];
  while (true) {
    const ssize_t got = ::read(file.fd(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return kIo;
    if (got == 0) return out;
    out.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace

PictureFiles::PictureFiles(std::string directory)
    : directory_(std::move(directory)),
      threads_(
          std::make_unique<BlockingPool>(2, kInsideMax, Error{ErrorKind::exhausted, "shop.pictures_busy"})) {}

Result<void> PictureFiles::open() const {
  std::error_code failed;
  std::filesystem::create_directories(directory_, failed);
  if (failed) return Error{ErrorKind::unavailable, "shop.pictures_folder"};
  return {};
}

Task<Result<void>> PictureFiles::write(PictureId picture, std::string bytes) {
  auto work = [path = path_of(picture), bytes = std::move(bytes)] { return write_file(path, bytes); };
  co_return co_await threads_->run(std::move(work));
}

Task<Result<std::string>> PictureFiles::read(PictureId picture) {
  auto work = [path = path_of(picture)] { return read_file(path); };
  co_return co_await threads_->run(std::move(work));
}

}  // namespace vitrine
