#include "store/postgres/check.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>

#include "store/postgres/url.h"

namespace vitrine {
namespace {

constexpr int kOldestVersion = 150000;

struct Finish {
  void operator()(pg_conn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(pg_result* result) const { PQclear(result); }
};

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

bool says_yes(pg_conn* connection, const char* question) {
  const std::unique_ptr<pg_result, Clear> answer(PQexec(connection, question));
  return PQntuples(answer.get()) == 1 && std::string_view(PQgetvalue(answer.get(), 0, 0)) == "t";
}

}  // namespace

PostgresLook look_at_postgres(const std::string& url) {
  const auto parsed = parse_postgres_url(url);
  PostgresLook out;
  if (!parsed) {
    out.what = "the database URL cannot be read";
    out.mend =
        "write it as postgres://USER@HOST:5432/DATABASE (a password belongs into ~/.pgpass or "
        "VITRINE_DATABASE_URL)";
    return out;
  }
  out.shown = parsed->shown;
  const char* const keys[] = {"dbname", "connect_timeout", nullptr};
  const char* const values[] = {parsed->connect.c_str(), "5", nullptr};
  const std::unique_ptr<pg_conn, Finish> connection(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    out.what = fmt::format("{}: {}", out.shown, first_line(PQerrorMessage(connection.get())));
    out.mend = "start PostgreSQL, or correct database.url; psql with the same URL shows the same error";
    return out;
  }
  out.reached = true;
  const int version = PQserverVersion(connection.get());
  const std::string server =
      fmt::format("{} runs PostgreSQL {}.{}", out.shown, version / 10000, version % 10000);
  if (version < kOldestVersion) {
    out.what = server;
    out.mend = "Vitrine needs PostgreSQL 15 or newer";
  } else if (!says_yes(connection.get(), "SELECT has_database_privilege(current_database(), 'CREATE')")) {
    out.what = server + "; this user may not make schemas";
    out.mend = "GRANT CREATE ON DATABASE ... TO the user of the URL";
  } else if (says_yes(connection.get(), "SELECT pg_is_in_recovery()")) {
    out.what = server + " as a read-only standby";
    out.mend = "name the primary";
  } else if (says_yes(connection.get(), "SELECT current_setting('fsync') = 'off'")) {
    out.usable = true;
    out.what = server + " with fsync=off: a power failure loses orders";
    out.mend = "set fsync = on in postgresql.conf";
  } else {
    out.usable = true;
    out.what = server;
  }
  return out;
}

}  // namespace vitrine
