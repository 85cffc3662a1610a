#include "shop/catalog/product_file_api.h"

#include "base/csv.h"
#include "base/decimal.h"
#include "shop/gate/staff_act.h"

namespace vitrine {
namespace {

constexpr size_t kPageProducts = 100;  // read at once
constexpr size_t kTextMax = 200;       // bytes of a search

class ProductPages final : public CsvPages {
 public:
  ProductPages(CatalogService& catalog, ProductQuery query) : catalog_(catalog), query_(std::move(query)) {}

  Task<Result<std::optional<std::string>>> next() override {
    std::string text;
    if (!begun_) add_csv_line(text, product_columns());
    begun_ = true;
    if (ended_) co_return std::optional<std::string>();
    const auto page = co_await catalog_.products(query_);
    if (!page) co_return page.error();
    for (const ProductView& product : page->items) add_product_lines(text, product);
    ended_ = !page->next.has_value();
    if (!ended_) query_.before = page->items.back().product;
    co_return std::optional(std::move(text));
  }

 private:
  CatalogService& catalog_;
  ProductQuery query_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

void add_product_lines(std::string& out, const ProductView& product) {
  std::string pictures;
  for (const std::string& picture : product.pictures) pictures += (pictures.empty() ? "" : " ") + picture;
  for (const VariantView& variant : product.variants) {
    add_csv_line(out, {product.product.str(), product.name, product.description, product.category,
                       product.needs_shipping ? "yes" : "no", pictures, variant.sku.str(), variant.name,
                       decimal_amount(variant.price), "", std::to_string(variant.stock.free)});
  }
}

void ProductFileApi::add_routes(Router& router) {
  router.add_stream(
      {.path = "/v1/products.csv",
       .operation = "exportProducts",
       .tag = "shop",
       .summary = "Products on offer as CSV, a line for each variant, as importProducts reads it",
       .access = Access::staff,
       .right = Right::product_write,
       .query = {{"q", "words in the name"}},
       .content_type = "text/csv"},
      [this](Call call, std::unique_ptr<Connection> connection) {
        return serve(std::move(call), std::move(connection));
      });
  router.add<RawBody, ImportReport>(
      {.method = HttpMethod::post,
       .path = "/v1/products/import",
       .operation = "importProducts",
       .tag = "shop",
       .summary =
           "Take in a CSV of products: all of it, or nothing and what is wrong with which line. Variants "
           "it leaves out stay",
       .access = Access::staff,
       .right = Right::product_write,
       .idempotent = true,
       .query = {{"dry_run", "true: only say what would happen"}},
       .body_max = kImportBytesMax,
       .content_type = "text/csv"},
      [this](Call call, RawBody body) { return take(std::move(call), std::move(body)); });
}

Task<void> ProductFileApi::serve(Call call, std::unique_ptr<Connection> connection) {
  const auto turn = needs_.downloads.turn();
  ProductQuery query{.text = call.request->query_value("q").value_or(""),
                     .state = ProductState::active,
                     .limit = kPageProducts};
  Result<void> fine;
  if (query.text.size() > kTextMax) fine = Error{ErrorKind::invalid_input, "request.q"};
  if (turn.too_many() || needs_.downloads.closed()) fine = kDownloadsBusy;
  if (fine) {
    AuditEntry entry = audit_entry(act_of(call), "product.export", query.text);
    fine = co_await needs_.members.audit(std::move(entry));
  }
  if (!fine) {
    co_await CsvDownloads::refuse(fine.error(), connection.get());
    co_return;
  }
  ProductPages pages(needs_.catalog, std::move(query));
  co_await needs_.downloads.send("products.csv", &pages, connection.get());
}

Task<Reply<ImportReport>> ProductFileApi::take(Call call, RawBody body) {
  const bool dry = call.request->query_value("dry_run").value_or("") == "true";
  const auto mode = dry ? ImportMode::check : ImportMode::write;
  auto report = co_await needs_.imports.take(staff_key(call, "importProducts"), std::move(body.bytes), mode,
                                             staff_name(call));
  if (!report) co_return report.error();
  if (report->written) {
    AuditEntry entry = audit_entry(act_of(call), "product.import", "", call.body_digest);
    co_await note_act(&needs_.members, std::move(entry));
  }
  co_return std::move(*report);
}

}  // namespace vitrine
