#include "app/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/answer_text.h"
#include "app/backup_files.h"
#include "app/config.h"
#include "app/schemas.h"
#include "app/settings.h"
#include "app/wait_for.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/log.h"
#include "shop/gate/restored.h"
#include "shop/ledger/ledger.h"
#include "shop/payments/payment_store.h"
#include "shop/schema.h"
#include "store/data_lock.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
using Object = boost::json::object;

// Each step says in one sentence what is in the way; empty: go on.
using Fault = std::string;

struct Restore {
  std::string from;
  std::string data;
  StorePlace place{};
  StorePlace staging{};
  BackupManifest manifest{};
  int64_t open_attempts = 0;
};

Fault read_manifest(Restore& work, const std::string& digest) {
  const std::string path = work.from + "/" + std::string(kBackupManifest);
  std::ifstream file(path);
  if (!file) return fmt::format("{} is not a backup: it has no {}", work.from, kBackupManifest);
  std::stringstream text;
  text << file.rdbuf();
  boost::system::error_code failed;
  const auto json = boost::json::parse(text.str(), failed);
  if (failed) return fmt::format("{} is cut short or changed: it is not JSON", path);
  if (const auto fault = read_dto(work.manifest, json))
    return fmt::format("{} is changed: {} {}", path, fault->pointer, fault->why);
  if (work.manifest.format > kBackupFormat)
    return fmt::format("the backup was made by version {}, whose form this program does not know",
                       work.manifest.program);
  if (!digest.empty() && digest != to_hex(sha256(text.str())))
    return "the backup is not the one whose --manifest was given: it was changed since";
  return {};
}

bool climbs(const std::string& path) {
  const fs::path parsed(path);
  return parsed.is_absolute() ||
         std::any_of(parsed.begin(), parsed.end(), [](const fs::path& part) { return part == ".."; });
}

// Every file of the manifest is there, whole and unchanged; every database is one of them.
Fault check_files(const Restore& work) {
  for (const BackupFile& wanted : work.manifest.files) {
    if (climbs(wanted.path)) return fmt::format("the backup names a file outside of it: {}", wanted.path);
    const auto found = digest_of(work.from + "/" + wanted.path, wanted.path);
    if (!found) return fmt::format("the backup is not whole: {} is missing or cannot be read", wanted.path);
    if (found->bytes < wanted.bytes)
      return fmt::format("the backup is not whole: {} is cut short, {} of {} bytes", wanted.path,
                         found->bytes, wanted.bytes);
    if (found->sha256 != wanted.sha256)
      return fmt::format("the backup was changed: {} is not what was backed up", wanted.path);
  }
  for (const ModuleSum& module : work.manifest.modules) {
    const std::string path = fmt::format("db/{}.sqlite", module.module);
    const bool listed = std::any_of(work.manifest.files.begin(), work.manifest.files.end(),
                                    [&](const BackupFile& file) { return file.path == path; });
    if (!listed) return fmt::format("the backup was changed: its list of files lacks {}", path);
  }
  return {};
}

// No rows, and no key or picture but the very same ones.
Fault check_place(const Restore& work) {
  const auto empty = is_empty(work.place, all_schemas());
  if (!empty) return backup_fault(empty.error(), "the database");
  if (!*empty) {
    return work.place.url.empty()
               ? fmt::format("{} holds an installation already; restore into an empty folder", work.data)
               : "the database holds an installation already; restore into an empty one, or add "
                 "schema_prefix=NAME to its URL";
  }
  for (const BackupFile& file : work.manifest.files) {
    const std::string there = work.data + "/" + file.path;
    if (file.path.starts_with("db/") || !fs::exists(there)) continue;
    const auto found = digest_of(there, file.path);
    if (!found || found->sha256 != file.sha256)
      return fmt::format("{} is there already and is another; restore into an empty folder", there);
  }
  return {};
}

// What a restored shop must know: its books are those of the manifest, and what may have been paid since.
Result<int64_t> prepare_shop(Transaction& tx, const BackupManifest& manifest, WallTime now) {
  const auto report = verify_ledger(tx, manifest.ledger_head);
  if (!report) return report.error();
  if (report->fault || report->entries != manifest.ledger_entries)
    return Error{ErrorKind::internal, "shop.ledger_broken"};
  const auto open = open_attempts(tx);
  if (!open) return open.error();
  std::vector<PaymentId> payments;
  for (const Attempt& attempt : *open) {
    payments.push_back(attempt.payment);
    if (auto planned = plan_poll(tx, attempt.payment, 0, WallTime{}); !planned) return planned.error();
  }
  if (auto closed = close_for_sale(tx, {manifest.taken_ms}, now, payments); !closed) return closed.error();
  return static_cast<int64_t>(payments.size());
}

Task<Result<int64_t>> prepare_in(Database& database, const BackupManifest& manifest, WallTime now) {
  auto work = [&manifest, now](Transaction& tx) { return prepare_shop(tx, manifest, now); };
  co_return co_await database.write(std::move(work));
}

Fault prepare_staged_shop(Restore& work) {
  const bool sells = std::any_of(work.manifest.modules.begin(), work.manifest.modules.end(),
                                 [](const ModuleSum& module) { return module.module == "shop"; });
  if (!sells) return {};
  auto shop = open_database({.name = "shop",
                             .directory = work.staging.directory,
                             .url = work.staging.url,
                             .migrations = shop_migrations()});
  if (!shop) return backup_fault(shop.error(), "the restored shop");
  Cores cores(1);
  cores.start();
  const auto prepared = wait_for(cores, prepare_in(**shop, work.manifest, SystemClock().wall()));
  (*shop)->close();
  cores.stop();
  if (!prepared && prepared.error().reason == "shop.ledger_broken")
    return "the ledger in the backup is not the one its manifest tells of: entries were changed, cut off or "
           "added";
  if (!prepared) return backup_fault(prepared.error(), "the restored shop");
  work.open_attempts = *prepared;
  return {};
}

Fault copy_files(const Restore& work) {
  for (const BackupFile& file : work.manifest.files) {
    if (file.path.starts_with("db/")) continue;
    const auto copied = copy_synced(work.from + "/" + file.path, work.data + "/" + file.path, file.path);
    if (!copied || copied->sha256 != file.sha256)
      return fmt::format("{} cannot be written to {}", file.path, work.data);
  }
  return {};
}

Fault run(Restore& work) {
  if (auto fault = check_files(work); !fault.empty()) return fault;
  if (auto fault = check_place(work); !fault.empty()) return fault;
  const auto staging = staging_of(work.place);
  if (!staging) return backup_fault(staging.error(), "the database URL");
  work.staging = *staging;
  const auto built = put_back(work.from + "/db", work.manifest.modules, work.staging, all_schemas());
  if (!built) return backup_fault(built.error(), work.from);
  if (auto fault = prepare_staged_shop(work); !fault.empty()) return fault;
  if (auto fault = copy_files(work); !fault.empty()) return fault;
  const auto published = publish(work.staging, work.place, work.manifest.modules);
  return published ? Fault() : backup_fault(published.error(), work.data);
}

Object summary_of(const Restore& work) {
  int64_t rows = 0;
  for (const ModuleSum& module : work.manifest.modules) {
    for (const TableSum& table : module.tables) rows += table.rows;
  }
  return {{"restored", work.data},
          {"databases", work.manifest.modules.size()},
          {"rows", rows},
          {"ledger_entries", work.manifest.ledger_entries},
          {"ledger_head", work.manifest.ledger_head},
          {"payments_to_ask_about", work.open_attempts},
          {"next", "start the server: the shop sells again once its providers have answered"}};
}

int refuse(const std::string& why) {
  fmt::print(stderr, "vitrine: {}\n", why);
  return 1;
}

}  // namespace

int restore(const Invocation& invocation) {
  auto settings = load_settings({.file = invocation.data + "/vitrine.toml",
                                 .environment = process_environment(),
                                 .flags = invocation.settings});
  if (const auto* fault = std::get_if<ConfigFault>(&settings)) return refuse(fault->what);
  set_log_level(LogLevel::error);
  Restore work{.from = invocation.backup, .data = invocation.data};
  work.place = {work.data + "/db", std::get<Config>(settings).get(kDatabaseUrl)};
  if (auto fault = read_manifest(work, invocation.manifest); !fault.empty()) return refuse(fault);
  const auto lock = DataLock::acquire(work.data);
  if (!lock) {
    const auto holder = DataLock::holder(work.data);
    if (lock.error().reason == "store.data_locked")
      return refuse(fmt::format("{} is in use by process {}; stop it, or choose another folder with --data",
                                work.data, holder ? std::to_string(*holder) : "?"));
    return refuse(fmt::format("{} cannot be written; choose another with --data DIR", work.data));
  }
  if (auto fault = run(work); !fault.empty()) return refuse(fault);
  const Object summary = summary_of(work);
  if (invocation.json) {
    fmt::print("{}\n", boost::json::serialize(summary));
  } else {
    fmt::print("{}", answer_text(summary));
  }
  return 0;
}

}  // namespace vitrine
