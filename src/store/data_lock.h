// The data directory belongs to one process at a time (SHOP-RULES 5): whoever opens it, the command
// line included, holds this lock. The kernel lets go of it when the process ends, however it ends.
//
// Owns    the open lock file DIRECTORY/lock, which holds the owner's process id.
// Thread  any, one at a time.
// Never   waits.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace vitrine {

class DataLock {
 public:
  // Makes the directory when it is missing. Errors: `conflict` "store.data_locked" (see holder()),
  // `unavailable` "store.data_directory" when it cannot be made or written.
  static Result<DataLock> acquire(const std::string& directory);
  // The process that holds the directory, for the message to a person; empty when nobody does.
  static std::optional<int> holder(const std::string& directory);

  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace vitrine
