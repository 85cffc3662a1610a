// Products in a file of comma-separated values: which columns there are, what each line means, and what is
// wrong with it. Pure: nothing here knows what the shop has.
//
// Lines of one product follow each other: they name the same product, or, of a new one, leave its id empty
// and its name empty or the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/money.h"

namespace vitrine {

inline constexpr size_t kImportBytesMax = 2 * 1024 * 1024;
inline constexpr size_t kImportLinesMax = 5'000;
inline constexpr size_t kImportFaultsMax = 200;  // told; more are counted

// A field that cannot be taken. `column` is empty when the whole line is meant.
struct ImportFault {
  int64_t line = 0;
  std::string column{};
  std::string reason{};  // slug: "csv.price"
};

struct ImportedVariant {
  int64_t line = 0;
  std::optional<SkuId> sku{};
  std::string name{};
  Money price{};
  std::optional<int64_t> stock{};  // of a new one
};

// Empty fields of a product that exists leave things as they are.
struct ImportedProduct {
  int64_t line = 0;
  std::optional<ProductId> product{};
  std::string name{};
  std::optional<std::string> description{};
  std::optional<std::string> category{};
  std::optional<bool> ships{};
  std::optional<std::vector<PictureId>> pictures{};
  std::vector<ImportedVariant> variants{};
};

struct ImportFile {
  std::vector<ImportedProduct> products{};
  std::vector<ImportFault> faults{};  // the first kImportFaultsMax
  int64_t faults_total = 0;
  int64_t lines = 0;  // without the head

  void fault(int64_t line, std::string_view column, std::string_view reason);
};

// The columns of the file, in the order they are written; reading takes them in any order.
const std::vector<std::string>& product_columns();

// Everything in the file that can be taken, and all that cannot. Reasons: "csv.empty", "csv.not_utf8",
// "csv.too_many_lines", "csv.unknown_column", "csv.missing_column", "csv.column_twice", "csv.broken",
// "csv.fields", "csv.product", "csv.name", "csv.description", "csv.category", "csv.ships", "csv.pictures",
// "csv.sku", "csv.sku_twice", "csv.variant", "csv.price", "csv.stock", "csv.stock_of_known",
// "csv.too_many_variants".
ImportFile read_products(std::string_view text, Currency currency);

}  // namespace vitrine
