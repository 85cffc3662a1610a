// HTTP of products as a file: /v1/products.csv out, /v1/products/import in.
//
// Owns    nothing. Thread  any core.
#pragma once

#include <memory>

#include "contract/members.h"
#include "net/router.h"
#include "shop/catalog/catalog_service.h"
#include "shop/catalog/import_service.h"
#include "shop/gate/csv_download.h"

namespace vitrine {

struct ProductFileNeeds {
  CatalogService& catalog;
  ImportService& imports;
  CsvDownloads& downloads;
  MembersPort& members;
};

class ProductFileApi {
 public:
  explicit ProductFileApi(ProductFileNeeds needs) : needs_(needs) {}
  void add_routes(Router& router);

 private:
  Task<void> serve(Call call, std::unique_ptr<Connection> connection);
  Task<Reply<ImportReport>> take(Call call, RawBody body);

  ProductFileNeeds needs_;
};

// The lines of one product, as the import reads them.
void add_product_lines(std::string& out, const ProductView& product);

}  // namespace vitrine
