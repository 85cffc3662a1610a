// Files on their way into a backup and out of it: copied, synced, and with a SHA-256 of what was copied.
//
// Thread  any that may block.
#pragma once

#include <string>
#include <vector>

#include "app/backup.h"
#include "base/result.h"

namespace vitrine {

// Size and digest of a file, as `path` in the list. Errors: `unavailable` "store.io".
Result<BackupFile> digest_of(const std::string& file, std::string path);
// Copies with its rights, makes the folders it needs, and syncs. Errors: `unavailable` "store.io".
Result<BackupFile> copy_synced(const std::string& from, const std::string& to, std::string path);
// Writes and syncs. Errors: `unavailable` "store.io".
Result<void> write_synced(const std::string& file, const std::string& bytes);
// Paths of all files below `folder`, relative to it, in order; none when there is no such folder.
std::vector<std::string> files_below(const std::string& folder);

}  // namespace vitrine
