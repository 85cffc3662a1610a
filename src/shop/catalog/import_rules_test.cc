#include "shop/catalog/import_rules.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

// "line column reason" of the first fault.
std::string fault_of(const std::string& text) {
  const ImportFile file = read_products(text, {});
  if (file.faults.empty()) return "";
  const ImportFault& fault = file.faults.front();
  return std::to_string(fault.line) + " " + fault.column + " " + fault.reason;
}

TEST(ImportRules, LinesOfOneProductFollowEachOther) {
  const auto file = read_products(
      "name,category,variant,price,initial_stock\n"
      "Mug,kitchen,Blue,9.90,5\n"
      ",,Red,10,\n"
      "Mug,,Green,11.50,1\n"
      "Plate,,,3,2\n",
      {});
  ASSERT_TRUE(file.faults.empty());
  EXPECT_EQ(file.lines, 4);
  ASSERT_EQ(file.products.size(), 2u);
  const auto& mug = file.products[0];
  EXPECT_EQ(mug.category, "kitchen");
  ASSERT_EQ(mug.variants.size(), 3u);
  EXPECT_EQ(mug.variants[1].price.amount, 1'000);
  EXPECT_FALSE(mug.variants[1].stock);
  EXPECT_EQ(mug.variants[2].line, 4);
  EXPECT_EQ(file.products[1].variants.at(0).stock, 2);
}

TEST(ImportRules, AKnownProductIsNamedByItsIdAndLeavesOutWhatStays) {
  const std::string product = ProductId{7}.str();
  const std::string sku = SkuId{9}.str();
  const auto file =
      read_products("sku,price,product,name\n" + sku + ",5," + product + ",\n,6," + product + ",\n", {});
  ASSERT_TRUE(file.faults.empty());
  ASSERT_EQ(file.products.size(), 1u);
  EXPECT_EQ(file.products[0].product, ProductId{7});
  EXPECT_FALSE(file.products[0].description);
  EXPECT_EQ(file.products[0].variants.at(0).sku, SkuId{9});
}

TEST(ImportRules, EveryBadFieldIsToldWithLineAndColumn) {
  EXPECT_EQ(fault_of("name,price\nMug,9.999\n"), "2 price csv.price");
  EXPECT_EQ(fault_of("name,price\nMug,0\n"), "2 price csv.price");
  EXPECT_EQ(fault_of("name,price\n,5\n"), "2 name csv.name");
  EXPECT_EQ(fault_of("name,price\nMug,5,6\n"), "2  csv.fields");
  EXPECT_EQ(fault_of("name,price\nMug,\"5\n"), "2  csv.broken");
  EXPECT_EQ(fault_of("name,price,ships\nMug,5,maybe\n"), "2 ships csv.ships");
  EXPECT_EQ(fault_of("name,price,initial_stock\nMug,5,-1\n"), "2 initial_stock csv.stock");
  EXPECT_EQ(fault_of("name,price,pictures\nMug,5,http://x/y.png\n"), "2 pictures csv.pictures");
  EXPECT_EQ(fault_of("name,price,product\nMug,5,mug\n"), "2 product csv.product");
  EXPECT_EQ(fault_of("name,price,sku,initial_stock\nMug,5," + SkuId{9}.str() + ",3\n"),
            "2 initial_stock csv.stock_of_known");
  const auto many = read_products("name,price\nMug,x\nPlate,y\n", {});
  EXPECT_EQ(many.faults_total, 2);
  EXPECT_EQ(many.faults[1].line, 3);
}

TEST(ImportRules, AFileThatIsNoTableIsRefusedAsAWhole) {
  EXPECT_EQ(fault_of(""), "1  csv.empty");
  EXPECT_EQ(fault_of("name,price\n"), "1  csv.empty");
  EXPECT_EQ(fault_of("name,cost\nMug,5\n"), "1 cost csv.unknown_column");
  EXPECT_EQ(fault_of("name,name,price\nMug,Mug,5\n"), "1 name csv.column_twice");
  EXPECT_EQ(fault_of("name\nMug\n"), "1 price csv.missing_column");
  EXPECT_EQ(fault_of("name,price\n\xC2\xED,5\n"), "1  csv.not_utf8");
}

TEST(ImportRules, LimitsHoldWhateverIsSent) {
  std::string text = "name,variant,price\n";
  for (size_t at = 0; at < 51; ++at) text += "Mug,v" + std::to_string(at) + ",5\n";
  EXPECT_EQ(fault_of(text), "52  csv.too_many_variants");
  text = "name,price\n";
  for (size_t at = 0; at <= kImportLinesMax; ++at) text += "p" + std::to_string(at) + ",x\n";
  const auto file = read_products(text, {});
  EXPECT_EQ(file.faults.size(), kImportFaultsMax);
  EXPECT_EQ(file.faults_total, static_cast<int64_t>(kImportLinesMax) + 1);
}

}  // namespace
}  // namespace vitrine
