// What the import of products answers over HTTP.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "base/dto.h"

namespace vitrine {

struct ImportFaultView {
  int64_t line = 0;
  std::string column{};
  std::string reason{};
  static constexpr std::string_view schema_name = "ImportFault";
  static constexpr auto fields() {
    return std::tuple{field("line", &ImportFaultView::line, {.help = "Of the file, from 1"}),
                      field("column", &ImportFaultView::column, {.help = "Empty: the whole line"}),
                      field("reason", &ImportFaultView::reason, {.help = "A slug: csv.price"})};
  }
};

struct ImportReport {
  int64_t lines = 0;
  int64_t added = 0;
  int64_t changed = 0;
  bool written = false;
  int64_t faults_total = 0;
  std::vector<ImportFaultView> faults{};
  static constexpr std::string_view schema_name = "ImportReport";
  static constexpr auto fields() {
    return std::tuple{
        field("lines", &ImportReport::lines, {.help = "Without the head"}),
        field("added", &ImportReport::added, {.help = "Products that are new"}),
        field("changed", &ImportReport::changed, {.help = "Products that were there"}),
        field("written", &ImportReport::written, {.help = "false: a dry run, or a line is wrong"}),
        field("faults_total", &ImportReport::faults_total),
        field("faults", &ImportReport::faults, {.help = "The first ones", .max = 200})};
  }
};

}  // namespace vitrine
