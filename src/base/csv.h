// Comma-separated text (RFC 4180) as spreadsheets write and read it.
//
// Thread  any.
// Never   writes text that a spreadsheet would run as a formula.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrine {

// Before the first line of a file for people: spreadsheets take it as the mark of UTF-8.
inline constexpr std::string_view kCsvMark = "\xEF\xBB\xBF";

// One line, CRLF at its end. Text that begins as a formula does (=, +, -, @, their full-width forms, tab,
// line ends, and the apostrophe itself) gets an apostrophe in front, which spreadsheets do not show.
void add_csv_line(std::string& out, const std::vector<std::string>& fields);

struct CsvLine {
  size_t number = 0;  // in the file, from 1; a field may hold line ends
  std::vector<std::string> fields{};
  bool broken = false;  // a quote that never ends, or text behind a closing one
};

// Reads lines one by one; undoes what add_csv_line() put in front of formulas. Empty lines are left out, a
// mark of UTF-8 at the beginning too; lines end with CRLF or LF.
class CsvReader {
 public:
  // `text` outlives it.
  explicit CsvReader(std::string_view text);
  std::optional<CsvLine> next();

 private:
  CsvLine read_line();
  // A field up to its comma or line end; false when it is broken.
  bool read_field(std::string& out);
  bool read_quoted(std::string& out);
  bool at_line_end() const;

  std::string_view text_;
  size_t at_ = 0;
  size_t number_ = 1;
};

}  // namespace vitrine
