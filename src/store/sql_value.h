// Values that go into and come out of SQL statements, the same for every engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/ids.h"

namespace vitrine {

struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};
using SqlValue = std::variant<std::monostate, int64_t, double, std::string, Blob>;

inline SqlValue to_sql(std::string_view value) {
  return std::string(value);
}
inline SqlValue to_sql(const std::string& value) {
  return value;
}
inline SqlValue to_sql(const char* value) {
  return std::string(value);
}
inline SqlValue to_sql(Blob value) {
  return value;
}
inline SqlValue to_sql(double value) {
  return value;
}
inline SqlValue to_sql(WallTime value) {
  return value.ms;
}
template <class T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>)
SqlValue to_sql(T value) {
  return static_cast<int64_t>(value);
}
template <class Tag>
SqlValue to_sql(Id<Tag> value) {
  return value.value;
}
template <class T>
SqlValue to_sql(const std::optional<T>& value) {
  return value ? to_sql(*value) : SqlValue{};
}

// One row. Columns count from 0 in the order of the SELECT list; asking for another type than the
// column holds is a bug of the statement, not of input.
class Row {
 public:
  explicit Row(std::vector<SqlValue> values) : values_(std::move(values)) {}
  const std::vector<SqlValue>& values() const { return values_; }
  bool is_null(size_t column) const { return std::holds_alternative<std::monostate>(at(column)); }
  int64_t integer(size_t column) const { return get<int64_t>(column); }
  double real(size_t column) const { return get<double>(column); }
  const std::string& text(size_t column) const { return get<std::string>(column); }
  const std::string& blob(size_t column) const { return get<Blob>(column).bytes; }
  WallTime time(size_t column) const { return {integer(column)}; }
  template <class T>
  T id(size_t column) const {
    return T{integer(column)};
  }
  std::optional<int64_t> maybe_integer(size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<std::string> maybe_text(size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }

 private:
  const SqlValue& at(size_t column) const {
    check(column < values_.size(), "a column the statement does not select");
    return values_[column];
  }
  template <class T>
  const T& get(size_t column) const {
    const T* value = std::get_if<T>(&at(column));
    check(value != nullptr, "a column of another type");
    return *value;
  }

  std::vector<SqlValue> values_;
};
using Rows = std::vector<Row>;

}  // namespace vitrine
