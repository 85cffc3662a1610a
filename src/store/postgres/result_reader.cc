#include "store/postgres/result_reader.h"

#include <libpq-fe.h>

#include <charconv>
#include <memory>

#include "store/postgres/parameters.h"

namespace vitrine {
namespace {

SqlValue number(std::string_view text) {
  int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (whole.ec == std::errc() && whole.ptr == text.data() + text.size()) return integer;
  double real = 0;
  std::from_chars(text.data(), text.data() + text.size(), real);
  return real;
}

std::string bytes_of(const char* escaped) {
  size_t size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> raw(
      PQunescapeBytea(reinterpret_cast<const unsigned char*>(escaped), &size), &PQfreemem);
  return {reinterpret_cast<const char*>(raw.get()), size};
}

SqlValue value_at(const pg_result* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate{};
  const char* bytes = PQgetvalue(result, row, column);
  const std::string_view text(bytes, static_cast<size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kPgInt8:
    case kPgInt4:
    case kPgInt2:
    case kPgNumeric:  // what SUM over BIGINT answers
      return number(text);
    case kPgFloat8: {
      double real = 0;
      std::from_chars(text.data(), text.data() + text.size(), real);
      return real;
    }
    case kPgBool:
      return static_cast<int64_t>(text == "t");
    case kPgBytea:
      return Blob{bytes_of(bytes)};
    default:
      return std::string(text);
  }
}

}  // namespace

Rows read_rows(const pg_result* result) {
  Rows rows;
  const int count = PQntuples(result);
  const int columns = PQnfields(result);
  rows.reserve(static_cast<size_t>(count));
  for (int row = 0; row < count; ++row) {
    std::vector<SqlValue> values;
    values.reserve(static_cast<size_t>(columns));
    for (int column = 0; column < columns; ++column) values.push_back(value_at(result, row, column));
    rows.emplace_back(std::move(values));
  }
  return rows;
}

Error error_for(std::string_view sqlstate) {
  constexpr std::string_view kRefused[] = {
      "23514",  // check
      "23502",  // not null
      "23P01",  // exclusion
      "P0001",  // a trigger's RAISE EXCEPTION
      "22021",  // text with a zero byte or not UTF-8
  };
  if (sqlstate == "23505") return {ErrorKind::conflict, "store.unique"};
  if (sqlstate == "23503") return {ErrorKind::conflict, "store.foreign_key"};
  for (const auto known : kRefused) {
    if (sqlstate == known) return {ErrorKind::conflict, "store.check"};
  }
  if (sqlstate == "53100") return {ErrorKind::unavailable, "store.full"};
  const std::string_view kind = sqlstate.substr(0, 2);
  const bool statement = kind == "22" || kind == "42" || kind == "0A" || kind == "26" || kind == "25";
  // 25006: the server became read-only (a standby); not the statement's fault.
  if (statement && sqlstate != "25006") return {ErrorKind::internal, "store.statement"};
  return {ErrorKind::unavailable, "store.io"};
}

}  // namespace vitrine
