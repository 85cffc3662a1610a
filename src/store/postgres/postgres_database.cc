#include "store/engine_database.h"
#include "store/postgres/reader_pool.h"
#include "store/postgres/url.h"
#include "store/postgres/writer.h"

namespace vitrine {

Result<std::unique_ptr<Database>> open_postgres(DatabaseOptions options) {
  auto url = parse_postgres_url(options.url);
  if (!url) return url.error();
  const PostgresConnection::Settings settings{
      .url = url->connect, .schema = url->schema_prefix + options.name, .durable = options.durable};
  auto writer = PostgresWriter::open(options, settings);
  if (!writer) return writer.error();
  auto readers = std::make_unique<PostgresReaderPool>(options, settings);
  return std::unique_ptr<Database>(std::make_unique<EngineDatabase<PostgresWriter, PostgresReaderPool>>(
      options.name, std::move(*writer), std::move(readers)));
}

Result<std::unique_ptr<Database>> open_database(DatabaseOptions options) {
  return options.url.empty() ? open_sqlite(std::move(options)) : open_postgres(std::move(options));
}

}  // namespace vitrine
