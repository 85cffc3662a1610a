// A disk that fills up soon and can grow, for tests.
//
// Owns    the mount; it is gone with it.
// Thread  the test's.
#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <string>

#include "base/check.h"

namespace vitrine {

// DIRECTORY/disk, a file system of `size` in memory. Not mounted where the test may not mount: such a test
// limits its database by other means.
class SmallDisk {
 public:
  SmallDisk(const std::string& directory, const std::string& size) : path_(directory + "/disk") {
    std::filesystem::create_directory(path_);
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  void grow() {
    if (mounted_) check(mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0, "a larger disk");
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

}  // namespace vitrine
