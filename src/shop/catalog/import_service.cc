#include "shop/catalog/import_service.h"

#include <algorithm>

#include "shop/catalog/catalog_config.h"

namespace vitrine {
namespace {

constexpr size_t kLookAtOnce = 100;  // products looked up in one read

const Sku* find_sku(const std::vector<Sku>& skus, std::optional<SkuId> id) {
  const auto found = std::find_if(skus.begin(), skus.end(), [&](const Sku& one) { return one.sku == id; });
  return found == skus.end() ? nullptr : &*found;
}

// The variants of a product after the import: those of the file, then those it leaves out, as they are.
void add_variants(const ImportedProduct& imported, const std::vector<Sku>& known, ProductDraft& draft,
                  ImportFile& file) {
  for (const ImportedVariant& variant : imported.variants) {
    const Sku* sku = find_sku(known, variant.sku);
    if (variant.sku && sku == nullptr) file.fault(variant.line, "sku", "csv.sku_unknown");
    std::string name = variant.name;
    if (name.empty()) name = sku != nullptr ? sku->name : draft.name;
    draft.variants.push_back({variant.sku, std::move(name), variant.price, variant.stock});
  }
  for (const Sku& sku : known) {
    const bool named = std::any_of(imported.variants.begin(), imported.variants.end(),
                                   [&](const ImportedVariant& one) { return one.sku == sku.sku; });
    if (!named) draft.variants.push_back({sku.sku, sku.name, sku.price, {}});
  }
}

Result<ProductDraft> draft_of(Transaction& tx, const ImportedProduct& imported, ImportFile& file) {
  Product was;
  if (imported.product) {
    auto found = find_product(tx, *imported.product);
    if (!found && found.error().kind != ErrorKind::not_found) return found.error();
    if (!found || found->state != ProductState::active)
      file.fault(imported.line, "product", "csv.product_unknown");
    else
      was = std::move(*found);
  }
  ProductDraft draft{.name = imported.name.empty() ? was.name : imported.name,
                     .description = imported.description.value_or(was.description),
                     .category = imported.category.value_or(was.category),
                     .pictures = imported.pictures.value_or(was.pictures),
                     .needs_shipping = imported.ships.value_or(was.needs_shipping),
                     .version = was.version};
  for (const PictureId picture : imported.pictures.value_or(std::vector<PictureId>())) {
    auto found = find_picture(tx, picture);
    if (!found) return found.error();
    if (!*found) file.fault(imported.line, "pictures", "csv.picture_unknown");
  }
  add_variants(imported, was.skus, draft, file);
  return draft;
}

}  // namespace

Task<Result<std::vector<ProductDraft>>> ImportService::resolve(ImportFile* file) {
  std::vector<ProductDraft> out;
  while (out.size() < file->products.size()) {
    const size_t from = out.size();
    const size_t to = std::min(file->products.size(), from + kLookAtOnce);
    // A read may run again: what it finds is taken over only with its answer.
    auto work = [file, from,
                 to](Transaction& tx) -> Result<std::pair<std::vector<ProductDraft>, ImportFile>> {
      std::vector<ProductDraft> drafts;
      ImportFile found;
      for (size_t at = from; at < to; ++at) {
        auto draft = draft_of(tx, file->products[at], found);
        if (!draft) return draft.error();
        drafts.push_back(std::move(*draft));
      }
      return std::pair(std::move(drafts), std::move(found));
    };
    auto part = co_await gate_.read(std::move(work));
    if (!part) co_return part.error();
    for (ProductDraft& draft : part->first) out.push_back(std::move(draft));
    for (const ImportFault& fault : part->second.faults) file->fault(fault.line, fault.column, fault.reason);
  }
  co_return out;
}

Task<Result<void>> ImportService::write(IdempotencyKey key, const ImportedProduct* product,
                                        ProductDraft draft, std::string actor) {
  if (product->product) {
    auto done = co_await catalog_.change_once(std::move(key), *product->product, std::move(draft), actor);
    if (!done) co_return done.error();
    co_return Result<void>{};
  }
  const auto made = co_await catalog_.create(std::move(key), std::move(draft), actor);
  if (!made) co_return made.error();
  co_return Result<void>{};
}

Task<Result<ImportReport>> ImportService::take(IdempotencyKey key, std::string text, ImportMode mode,
                                               std::string actor) {
  const auto currency = Currency::parse(Core::current()->config().get(kShopCurrency)).value_or(Currency{});
  ImportFile file = read_products(text, currency);
  const auto drafts = co_await resolve(&file);
  if (!drafts) co_return drafts.error();
  ImportReport report{.lines = file.lines};
  for (const ImportedProduct& product : file.products) ++(product.product ? report.changed : report.added);
  report.written = mode == ImportMode::write && file.faults_total == 0;
  for (size_t at = 0; report.written && at < drafts->size(); ++at) {
    const ImportedProduct& product = file.products[at];
    IdempotencyKey part{key.scope, key.key + " " + std::to_string(product.line), key.digest};
    const auto done = co_await write(std::move(part), &product, (*drafts)[at], actor);
    if (!done) co_return done.error();
  }
  report.faults_total = file.faults_total;
  for (ImportFault& fault : file.faults)
    report.faults.push_back({fault.line, std::move(fault.column), std::move(fault.reason)});
  co_return report;
}

}  // namespace vitrine
