// A file of products into the catalog and out again.
#include <gtest/gtest.h>

#include "base/csv.h"
#include "base/log.h"
#include "shop/catalog/product_file_api.h"
#include "shop/test_world.h"

namespace vitrine {
namespace {

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() { set_log_level(LogLevel::off); }
  ~ImportTest() override { set_log_level(LogLevel::info); }

  ImportReport take(const std::string& text, ImportMode mode = ImportMode::write) {
    return take(world.fresh_key(), text, mode);
  }
  ImportReport take(IdempotencyKey key, const std::string& text, ImportMode mode = ImportMode::write) {
    return world.run(world.services->imports.take(std::move(key), text, mode, "usr_staff")).value();
  }
  std::vector<ProductView> products() {
    return world.run(world.services->catalog.products({})).value().items;
  }
  std::string exported() {
    std::string out;
    add_csv_line(out, product_columns());
    for (const ProductView& product : products()) add_product_lines(out, product);
    return out;
  }

  ShopWorld world;
};

constexpr auto kTwo =
    "name,variant,price,initial_stock\n"
    "Mug,Blue,9.90,5\n"
    ",Red,10.50,3\n"
    "Plate,,3,0\n";

TEST_F(ImportTest, NewProductsComeWithVariantsPricesAndStock) {
  const auto report = take(kTwo);
  EXPECT_TRUE(report.written);
  EXPECT_EQ(report.added, 2);
  const auto all = products();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].variants.at(0).name, "Plate");
  EXPECT_EQ(all[1].variants.at(1).price.amount, 1'050);
  EXPECT_EQ(all[1].variants.at(1).stock.free, 3);
}

TEST_F(ImportTest, OneBadLineAndNothingIsWritten) {
  const auto report = take(std::string(kTwo) + "Spoon,,cheap,1\n");
  EXPECT_FALSE(report.written);
  ASSERT_EQ(report.faults.size(), 1u);
  EXPECT_EQ(report.faults[0].line, 5);
  EXPECT_EQ(report.faults[0].column, "price");
  EXPECT_TRUE(products().empty());
}

TEST_F(ImportTest, ADryRunSaysTheSameAndWritesNothing) {
  const auto report = take(kTwo, ImportMode::check);
  EXPECT_EQ(report.added, 2);
  EXPECT_EQ(report.faults_total, 0);
  EXPECT_FALSE(report.written);
  EXPECT_TRUE(products().empty());
}

TEST_F(ImportTest, TheSameFileUnderTheSameKeyIsTakenOnce) {
  const auto key = world.fresh_key();
  take(key, kTwo);
  EXPECT_TRUE(take(key, kTwo).written);
  EXPECT_EQ(products().size(), 2u);
}

TEST_F(ImportTest, WhatIsExportedAndImportedAgainChangesOnlyWhatWasEdited) {
  take(kTwo);
  std::string text = exported();
  text.replace(text.find("10.50"), 5, "11.00");
  const auto report = take(text);
  EXPECT_EQ(report.faults_total, 0);
  EXPECT_EQ(report.changed, 2);
  const auto mug = products().at(1);
  EXPECT_EQ(mug.variants.at(0).price_version, 1);
  EXPECT_EQ(mug.variants.at(1).price.amount, 1'100);
  EXPECT_EQ(mug.variants.at(1).price_version, 2);
  EXPECT_EQ(mug.variants.at(1).stock.free, 3);
}

TEST_F(ImportTest, VariantsAndFieldsThatAreLeftOutStay) {
  take(kTwo);
  const auto mug = products().at(1);
  const auto report =
      take("product,name,sku,price\n" + mug.product.str() + ",," + mug.variants.at(0).sku.str() + ",8\n");
  EXPECT_EQ(report.faults_total, 0);
  const auto now = products().at(1);
  EXPECT_EQ(now.name, "Mug");
  ASSERT_EQ(now.variants.size(), 2u);
  EXPECT_EQ(now.variants[0].price.amount, 800);
  EXPECT_EQ(now.variants[0].name, "Blue");
  EXPECT_EQ(now.variants[1].price.amount, 1'050);
}

TEST_F(ImportTest, WhatTheShopDoesNotHaveIsAFaultOfItsLine) {
  take(kTwo);
  const auto all = products();
  const std::string foreign = all.at(0).variants.at(0).sku.str();
  const auto report =
      take("product,sku,name,price,pictures\n" + ProductId{99}.str() + ",,,5,\n" + all.at(1).product.str() +
           "," + foreign + ",,5,\n,,Bowl,5," + PictureId{5}.str() + "\n");
  ASSERT_EQ(report.faults.size(), 3u);
  EXPECT_EQ(report.faults[0].reason, "csv.product_unknown");
  EXPECT_EQ(report.faults[1].reason, "csv.sku_unknown");
  EXPECT_EQ(report.faults[2].reason, "csv.picture_unknown");
}

}  // namespace
}  // namespace vitrine
