#include "base/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace vitrine {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvLine> read_all(std::string_view text) {
  std::vector<CsvLine> out;
  CsvReader reader(text);
  while (auto line = reader.next()) out.push_back(std::move(*line));
  return out;
}

std::string written(const Fields& fields) {
  std::string out;
  add_csv_line(out, fields);
  return out;
}

TEST(Csv, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(written({"mug", "a \"big\" one", "red, blue", "", "two\nlines"}),
            "mug,\"a \"\"big\"\" one\",\"red, blue\",,\"two\nlines\"\r\n");
}

TEST(Csv, TextThatASpreadsheetWouldRunIsMadeText) {
  for (const char* text : {"=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\uFF1D1+1"}) {
    const std::string line = written({"x", text});
    EXPECT_TRUE(line.starts_with("x,'")) << line;
    EXPECT_EQ(read_all(line).at(0).fields.at(1), text);
  }
  EXPECT_EQ(written({"\n=1"}), "\"'\n=1\"\r\n");
}

TEST(Csv, LinesKeepTheirNumbersBehindFieldsOfSeveralLines) {
  const auto lines = read_all("\xEF\xBB\xBFname,price\r\n\r\n\"two\nlines\",1\nlast,2");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].fields, (Fields{"name", "price"}));
  EXPECT_EQ(lines[1].number, 3u);
  EXPECT_EQ(lines[1].fields, (Fields{"two\nlines", "1"}));
  EXPECT_EQ(lines[2].number, 5u);
  EXPECT_EQ(lines[2].fields, (Fields{"last", "2"}));
}

TEST(Csv, ABrokenLineIsToldAndTheNextOneIsRead) {
  const auto lines = read_all("a,\"b\"c\nd,e\n\"never ends");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].broken);
  EXPECT_EQ(lines[1].fields, (Fields{"d", "e"}));
  EXPECT_EQ(lines[1].number, 2u);
  EXPECT_TRUE(lines[2].broken);
}

RC_GTEST_PROP(Csv, WhatIsWrittenIsReadAgain, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("a,\"\r\n=-@+'\t ")));
  const auto line = rc::gen::nonEmpty(rc::gen::container<Fields>(field));
  const auto lines = *rc::gen::container<std::vector<Fields>>(line);
  std::string text;
  for (const Fields& fields : lines) add_csv_line(text, fields);
  const auto read = read_all(text);
  RC_ASSERT(read.size() == lines.size());
  for (size_t at = 0; at < lines.size(); ++at) RC_ASSERT(read[at].fields == lines[at]);
}

}  // namespace
}  // namespace vitrine
