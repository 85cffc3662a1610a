// Takes a file of products into the catalog: all of it, or, while a single line is wrong, nothing.
//
// Owns    nothing. Thread  any core.
// Never   retires a variant the file leaves out, or holds the writer for more than one product at a time.
#pragma once

#include <string>

#include "shop/catalog/catalog_service.h"
#include "shop/catalog/import_dto.h"
#include "shop/catalog/import_rules.h"

namespace vitrine {

enum class ImportMode : uint8_t { check, write };

class ImportService {
 public:
  ImportService(Gate& gate, CatalogService& catalog) : gate_(gate), catalog_(catalog) {}

  // What the file would do, or has done. With the same key again, what was written before is not written
  // twice, also when it was cut short.
  Task<Result<ImportReport>> take(IdempotencyKey key, std::string text, ImportMode mode, std::string actor);

 private:
  // The products as drafts, with faults for whatever they name that is not there.
  Task<Result<std::vector<ProductDraft>>> resolve(ImportFile* file);
  Task<Result<void>> write(IdempotencyKey key, const ImportedProduct* product, ProductDraft draft,
                           std::string actor);

  Gate& gate_;
  CatalogService& catalog_;
};

}  // namespace vitrine
