// A snapshot of all modules' databases: one SQLite file a module, whichever engine they live on, so that a
// backup of one engine restores into the other.
//
// Owns    nothing.
// Thread  any that may block for as long as all rows take; never a core.
// Never   stops or slows a writer: it reads one snapshot beside it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/backup/table_sum.h"
#include "store/database.h"

namespace vitrine {

struct ModuleSchema {
  std::string name;
  std::vector<Migration> migrations;
  // Tables that no migration makes, with the statement that does.
  std::map<std::string, std::string> made_later{};
};
using ModuleSchemas = std::vector<ModuleSchema>;

// Where an installation keeps its rows.
struct StorePlace {
  std::string directory;  // DATA/db
  std::string url{};      // "postgres://..."; empty: SQLite
};

// Writes FOLDER/MODULE.sqlite for each module that has a database, and reads them again for the sums. On
// PostgreSQL it is one snapshot of all; on SQLite one of each, held together so that nobody who follows
// events is ahead of, or has lost touch with, those who tell them. Errors: `unavailable` "store.open" |
// "store.io" | "store.full", `unsupported` "store.newer_schema" when PostgreSQL's schema is ahead of this
// program, `internal` "store.copy_differs" when the copy does not hold what was read.
Result<std::vector<ModuleSum>> take_snapshot(const StorePlace& from, const ModuleSchemas& modules,
                                             const std::string& folder);

// Whether there is no database of a module yet.
Result<bool> is_empty(const StorePlace& place, const ModuleSchemas& modules);

// Where a restore builds, so that one cut short leaves nothing that looks whole.
Result<StorePlace> staging_of(const StorePlace& place);
// Builds in `staging` what the files of `folder` hold and compares it with `sums`. What an earlier try left
// there is removed. Errors: as take_snapshot(), `unsupported` "store.other_schema" for tables that are not
// those of the schema's version.
Result<void> put_back(const std::string& folder, const std::vector<ModuleSum>& sums,
                      const StorePlace& staging, const ModuleSchemas& modules);
// Makes what was staged the installation's, in one step.
Result<void> publish(const StorePlace& staging, const StorePlace& place, const std::vector<ModuleSum>& sums);

}  // namespace vitrine
