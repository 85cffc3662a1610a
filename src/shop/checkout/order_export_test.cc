#include "shop/checkout/order_export.h"

#include <gtest/gtest.h>

#include "base/csv.h"

namespace vitrine {
namespace {

OrderView order() {
  OrderView view{.order = OrderId{77},
                 .state = "shipped",
                 .room = "demo",
                 .buyer = "b***1",
                 .total = {1'980, {}},
                 .created_at_ms = 1'763'816'709'000,
                 .note = "=HYPERLINK(\"http://evil.example\")"};
  view.lines.push_back({.name = "Mug", .variant = "Blue", .unit_price = {990, {}}, .quantity = 2});
  view.packages.push_back({.package = 1, .carrier = "SF", .tracking = "SF1"});
  view.packages.push_back({.package = 2, .carrier = "EMS", .tracking = "E2"});
  view.address = OrderAddressView{.name = "王小明", .phone = "+8613800001234", .line = "世纪大道 100 号"};
  return view;
}

std::vector<std::string> fields_of(ExportColumns columns) {
  std::string text;
  add_export_lines(text, order(), columns);
  return CsvReader(text).next()->fields;
}

TEST(OrderExport, HeadAndLinesHaveTheSameColumns) {
  for (const auto columns : {ExportColumns::masked, ExportColumns::personal}) {
    std::string head;
    add_export_head(head, columns);
    EXPECT_EQ(CsvReader(head).next()->fields.size(), fields_of(columns).size());
  }
}

TEST(OrderExport, ALineSaysWhatWasBoughtAndWhereItWent) {
  const auto fields = fields_of(ExportColumns::masked);
  EXPECT_EQ(fields[0], OrderId{77}.str());
  EXPECT_EQ(fields[1], "2025-11-22 13:05:09");
  EXPECT_EQ(fields[11], "9.90");
  EXPECT_EQ(fields[15], "19.80");
  EXPECT_EQ(fields[18], "SF SF1 + EMS E2");
}

TEST(OrderExport, WhatSomebodyTypedIsNeverAFormula) {
  std::string text;
  add_export_lines(text, order(), ExportColumns::masked);
  EXPECT_EQ(text.find(",=HYPERLINK"), std::string::npos);
  EXPECT_NE(text.find("'=HYPERLINK"), std::string::npos);
}

TEST(OrderExport, PersonalDataIsThereOnlyWhenAskedFor) {
  std::string text;
  add_export_lines(text, order(), ExportColumns::masked);
  EXPECT_EQ(text.find("13800001234"), std::string::npos);
  EXPECT_EQ(text.find("王小明"), std::string::npos);
  EXPECT_EQ(fields_of(ExportColumns::personal).at(22), "+8613800001234");
}

}  // namespace
}  // namespace vitrine
