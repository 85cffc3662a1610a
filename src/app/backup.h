// A backup is a folder that holds one moment of an installation:
//
//   backup.json        what there must be: rows and sums of every table, size and SHA-256 of every file,
//                      the head of the ledger
//   db/MODULE.sqlite   the rows, whichever database they came from
//   pictures/          what sellers uploaded
//   secrets/           the keys, without which phones, addresses and stream keys cannot be read
//   ledger/            the signed heads of the ledger, a day each
//
// Owns    nothing.
// Thread  any that may block; never a core.
// Never   leaves a folder of the asked name that is not whole: it is built beside it and renamed.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/backup/table_sum.h"

namespace vitrine {

inline constexpr int64_t kBackupFormat = 1;
inline constexpr std::string_view kBackupManifest = "backup.json";

struct BackupFile {
  std::string path;  // in the backup
  int64_t bytes = 0;
  std::string sha256;
  static constexpr auto fields() {
    return std::tuple{field("path", &BackupFile::path, {.min = 1}),
                      field("bytes", &BackupFile::bytes, {.min = 0}),
                      field("sha256", &BackupFile::sha256, {.min = 64, .max = 64})};
  }
};

struct BackupManifest {
  int64_t format = kBackupFormat;
  std::string program;
  std::string engine;  // "sqlite", "postgres": where it was taken
  int64_t taken_ms = 0;
  std::vector<ModuleSum> modules{};
  int64_t ledger_entries = 0;
  std::string ledger_head{};
  std::vector<BackupFile> files{};
  static constexpr auto fields() {
    return std::tuple{field("format", &BackupManifest::format, {.min = 1}),
                      field("program", &BackupManifest::program),
                      field("engine", &BackupManifest::engine),
                      field("taken_ms", &BackupManifest::taken_ms),
                      field("modules", &BackupManifest::modules, {.max = 100}),
                      field("ledger_entries", &BackupManifest::ledger_entries, {.min = 0}),
                      field("ledger_head", &BackupManifest::ledger_head),
                      field("files", &BackupManifest::files, {.max = 10'000'000})};
  }
};

struct BackupWork {
  std::string data;
  std::string database_url;  // empty: SQLite under `data`
  std::string to;
  WallTime at;
};

struct BackupOutcome {
  std::string fault;  // one sentence that says what is in the way; empty when the backup is whole
  boost::json::object summary{};
};

// Takes the snapshot, opens it, walks its ledger and writes the manifest last.
BackupOutcome take_backup(const BackupWork& work);

// One sentence for an Error of store/backup.
std::string backup_fault(const Error& error, const std::string& place);

}  // namespace vitrine
