#include <filesystem>

#include "store/engine_database.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/writer.h"

namespace vitrine {

Result<std::unique_ptr<Database>> open_sqlite(DatabaseOptions options) {
  std::error_code failed;
  const bool made = std::filesystem::create_directories(options.directory, failed);
  // Password hashes and orders are nobody else's to read; what an administrator set stays as it is.
  if (made && !failed) {
    std::filesystem::permissions(options.directory, std::filesystem::perms::owner_all, failed);
  }
  if (failed) return Error{ErrorKind::unavailable, "store.open"};
  const std::string path = options.directory + "/" + options.name + ".sqlite";
  auto writer = SqliteWriter::open(options, path);
  if (!writer) return writer.error();
  auto readers = std::make_unique<SqliteReaderPool>(options, path);
  return std::unique_ptr<Database>(std::make_unique<EngineDatabase<SqliteWriter, SqliteReaderPool>>(
      options.name, std::move(*writer), std::move(readers)));
}

}  // namespace vitrine
