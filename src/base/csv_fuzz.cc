// Any bytes as a file of comma-separated values: every line is answered, and what was read is written and
// read again unchanged.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  CsvReader reader({reinterpret_cast<const char*>(data), size});
  size_t number = 0;
  while (const auto line = reader.next()) {
    check(line->number >= number, "lines are numbered upwards");
    number = line->number;
    if (line->broken) continue;
    std::string text;
    add_csv_line(text, line->fields);
    const auto again = CsvReader(text).next();
    check(again && again->fields == line->fields, "a line survives being written");
  }
  return 0;
}
