// What a table holds, in a number of rows and a digest that neither the order of the rows nor the engine
// changes: two copies with the same sums hold the same.
//
// Thread  any; pure.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/dto.h"
#include "store/sql_value.h"

namespace vitrine {

struct TableSum {
  std::string table;
  int64_t rows = 0;
  std::string hash;  // 64 hexadecimal digits
  friend bool operator==(const TableSum&, const TableSum&) = default;
  static constexpr auto fields() {
    return std::tuple{field("table", &TableSum::table, {.min = 1, .max = 63}),
                      field("rows", &TableSum::rows, {.min = 0}),
                      field("hash", &TableSum::hash, {.min = 64, .max = 64})};
  }
};

// A module's database at one moment.
struct ModuleSum {
  std::string module;
  int64_t version = 0;  // of its schema
  std::vector<TableSum> tables;
  friend bool operator==(const ModuleSum&, const ModuleSum&) = default;
  static constexpr auto fields() {
    return std::tuple{field("module", &ModuleSum::module, {.min = 1, .max = 32}),
                      field("version", &ModuleSum::version, {.min = 0}),
                      field("tables", &ModuleSum::tables, {.max = 1'000})};
  }
};

// Adds the SHA-256 of each row's values, as four numbers of 64 bits each, so that rows may come in any order.
class RowSums {
 public:
  // The values in the order of the columns' names.
  void add(std::span<const SqlValue> values);
  TableSum sum(std::string table) const;

 private:
  int64_t rows_ = 0;
  std::array<uint64_t, 4> lanes_{};
};

}  // namespace vitrine
