#include "app/backup.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "app/backup_files.h"
#include "app/schemas.h"
#include "base/digest.h"
#include "base/hex.h"
#include "shop/ledger/ledger.h"
#include "store/sqlite/sqlite_transaction.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
using Use = SqliteConnection::Use;

std::atomic<bool> backup_runs{false};

// One at a time: two would only slow each other down.
struct OnlyOne {
  OnlyOne() : mine(!backup_runs.exchange(true)) {}
  ~OnlyOne() {
    if (mine) backup_runs.store(false);
  }
  OnlyOne(const OnlyOne&) = delete;
  OnlyOne& operator=(const OnlyOne&) = delete;
  bool mine;
};

// What is wrong with the copy's books, or its head in the manifest.
std::string verify_books(const std::string& folder, BackupManifest& manifest) {
  const std::string path = folder + "/db/shop.sqlite";
  if (!fs::exists(path)) return {};
  auto archive = SqliteConnection::open({.path = path, .use = Use::archive});
  if (!archive) return backup_fault(archive.error(), path);
  SqliteTransaction transaction(**archive, Use::read);
  const auto report = verify_ledger(transaction);
  if (!report) return backup_fault(report.error(), path);
  if (report->fault)
    return fmt::format("the ledger is broken: {}; `vitrine doctor` says more", *report->fault);
  manifest.ledger_entries = report->entries;
  manifest.ledger_head = report->head;
  return {};
}

std::string copy_files(const BackupWork& work, const std::string& folder, BackupManifest& manifest) {
  for (const ModuleSum& module : manifest.modules) {
    const std::string path = fmt::format("db/{}.sqlite", module.module);
    auto file = digest_of(folder + "/" + path, path);
    if (!file) return backup_fault(file.error(), folder);
    manifest.files.push_back(std::move(*file));
  }
  for (const std::string kind : {"pictures", "secrets", "ledger"}) {
    const std::string from = work.data + "/" + kind;
    for (const std::string& name : files_below(from)) {
      const std::string path = kind + "/" + name;
      auto file = copy_synced(from + "/" + name, folder + "/" + path, path);
      if (!file) return fmt::format("{}/{} cannot be copied to {}", from, name, folder);
      manifest.files.push_back(std::move(*file));
    }
  }
  return {};
}

// Everything but the last step, the folder's name.
std::string build(const BackupWork& work, const std::string& folder, BackupManifest& manifest) {
  std::error_code failed;
  fs::remove_all(folder, failed);  // what one cut short left
  fs::create_directories(folder + "/db", failed);
  fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) return fmt::format("{} cannot be made ({})", folder, failed.message());
  const StorePlace place{work.data + "/db", work.database_url};
  auto modules = take_snapshot(place, all_schemas(), folder + "/db");
  if (!modules) return backup_fault(modules.error(), folder);
  manifest.modules = std::move(*modules);
  if (auto fault = verify_books(folder, manifest); !fault.empty()) return fault;
  return copy_files(work, folder, manifest);
}

boost::json::object summary_of(const BackupWork& work, const BackupManifest& manifest, std::string digest) {
  int64_t rows = 0;
  int64_t bytes = 0;
  for (const ModuleSum& module : manifest.modules) {
    for (const TableSum& table : module.tables) rows += table.rows;
  }
  for (const BackupFile& file : manifest.files) bytes += file.bytes;
  return {{"backup", work.to},
          {"databases", manifest.modules.size()},
          {"rows", rows},
          {"files", manifest.files.size()},
          {"bytes", bytes},
          {"ledger_entries", manifest.ledger_entries},
          {"ledger_head", manifest.ledger_head},
          {"manifest", std::move(digest)}};
}

}  // namespace

std::string backup_fault(const Error& error, const std::string& place) {
  if (error.reason == "store.full") return fmt::format("there is no room left for {}", place);
  if (error.reason == "store.newer_schema")
    return "the data was written by a newer version than this program; use that version";
  if (error.reason == "store.copy_differs")
    return fmt::format("the rows in {} are not those that were to be copied", place);
  if (error.reason == "store.other_schema" || error.reason == "store.not_ours")
    return fmt::format("{} holds tables that are not Vitrine's", place);
  if (error.reason == "store.database_url") return "the database URL cannot be used";
  return fmt::format("{} cannot be read or written ({})", place, error.reason);
}

BackupOutcome take_backup(const BackupWork& work) {
  const OnlyOne turn;
  if (!turn.mine) return {"another backup is being taken at this moment; try again when it is done"};
  std::error_code failed;
  if (work.to.empty() || fs::exists(work.to, failed))
    return {fmt::format("{} is there already; name a folder that does not exist", work.to)};
  const std::string folder = work.to + ".part";
  BackupManifest manifest{.program = VITRINE_VERSION,
                          .engine = work.database_url.empty() ? "sqlite" : "postgres",
                          .taken_ms = work.at.ms};
  std::string fault = build(work, folder, manifest);
  const std::string text = boost::json::serialize(to_json(manifest));
  if (fault.empty() && !write_synced(folder + "/" + std::string(kBackupManifest), text))
    fault = backup_fault({ErrorKind::unavailable, "store.io"}, folder);
  if (fault.empty()) {
    fs::rename(folder, work.to, failed);
    if (failed) fault = fmt::format("{} cannot be renamed to {}", folder, work.to);
  }
  if (!fault.empty()) {
    fs::remove_all(folder, failed);
    return {std::move(fault)};
  }
  return {{}, summary_of(work, manifest, to_hex(sha256(text)))};
}

}  // namespace vitrine
