#include "base/csv.h"

#include <algorithm>
#include <array>

namespace vitrine {
namespace {

// OWASP, "CSV injection": what makes Excel, LibreOffice and Sheets read a cell as a formula.
constexpr std::array<std::string_view, 12> kFormulaBegins = {
    "=", "+", "-", "@", "\t", "\r", "\n", "'", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

bool begins_formula(std::string_view text) {
  return std::any_of(kFormulaBegins.begin(), kFormulaBegins.end(),
                     [&](std::string_view begin) { return text.starts_with(begin); });
}

std::string harmless(std::string_view text) {
  return begins_formula(text) ? "'" + std::string(text) : std::string(text);
}

void take_guard_off(std::string& text) {
  if (text.starts_with('\'') && begins_formula(std::string_view(text).substr(1))) text.erase(0, 1);
}

}  // namespace

void add_csv_line(std::string& out, const std::vector<std::string>& fields) {
  for (size_t at = 0; at < fields.size(); ++at) {
    if (at > 0) out += ',';
    const std::string text = harmless(fields[at]);
    // A line of one empty field would read as no line, a mark at the front as the file's own.
    const bool misread = (fields.size() == 1 && text.empty()) || text.starts_with(kCsvMark);
    if (!misread && text.find_first_of(",\"\r\n") == std::string::npos) {
      out += text;
      continue;
    }
    out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += "\r\n";
}

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kCsvMark)) at_ = kCsvMark.size();
}

std::optional<CsvLine> CsvReader::next() {
  while (at_ < text_.size() && at_line_end()) {
    if (text_[at_] == '\n') ++number_;
    ++at_;
  }
  if (at_ >= text_.size()) return std::nullopt;
  return read_line();
}

CsvLine CsvReader::read_line() {
  CsvLine line{.number = number_};
  while (true) {
    std::string field;
    if (!read_field(field)) {
      line.broken = true;
      // What follows begins with the next line, as far as there is one.
      at_ = std::min(text_.find('\n', at_), text_.size());
      return line;
    }
    take_guard_off(field);
    line.fields.push_back(std::move(field));
    if (at_ >= text_.size() || text_[at_] != ',') return line;
    ++at_;
  }
}

bool CsvReader::read_field(std::string& out) {
  if (at_ < text_.size() && text_[at_] == '"') return read_quoted(out);
  while (at_ < text_.size() && text_[at_] != ',' && !at_line_end()) out += text_[at_++];
  return true;
}

bool CsvReader::read_quoted(std::string& out) {
  size_t line_ends = 0;
  for (size_t at = at_ + 1; at < text_.size(); ++at) {
    if (text_[at] == '\n') ++line_ends;
    if (text_[at] != '"') {
      out += text_[at];
      continue;
    }
    if (at + 1 < text_.size() && text_[at + 1] == '"') {
      out += text_[at++];
      continue;
    }
    at_ = at + 1;
    number_ += line_ends;
    return at_ >= text_.size() || text_[at_] == ',' || at_line_end();
  }
  return false;
}

bool CsvReader::at_line_end() const {
  if (text_[at_] == '\n') return true;
  return text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n');
}

}  // namespace vitrine
