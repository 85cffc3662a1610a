#include "shop/catalog/catalog_api.h"

#include "shop/gate/page.h"
#include "shop/gate/staff_act.h"

namespace vitrine {
namespace {

constexpr Error kNoProduct{ErrorKind::not_found, "shop.product"};

}  // namespace

void CatalogApi::add_routes(Router& router) {
  const auto write = Right::product_write;
  router.add<RawBody, PictureView>(
      {.method = HttpMethod::post,
       .path = "/v1/pictures",
       .operation = "addPicture",
       .tag = "shop",
       .summary = "Upload a picture (PNG, JPEG or WebP)",
       .access = Access::staff,
       .right = write,
       .idempotent = true,
       .status = 201,
       .body_max = kPictureBytesMax,
       .content_type = "image/*"},
      [this](Call call, RawBody body) { return add_picture(std::move(call), std::move(body)); });
  router.add<NoBody, HttpResponse>({.method = HttpMethod::get,
                                    .path = "/v1/pictures/{picture}",
                                    .operation = "getPicture",
                                    .tag = "shop",
                                    .summary = "A picture; never changes",
                                    .content_type = "image/*"},
                                   [this](Call call) { return get_picture(std::move(call)); });
  router.add<NoBody, ProductPage>({.method = HttpMethod::get,
                                   .path = "/v1/products",
                                   .operation = "listProducts",
                                   .tag = "shop",
                                   .summary = "Products, newest first",
                                   .access = Access::staff,
                                   .query = {{"q", "words in the name"},
                                             {"state", "active or archived"},
                                             {"limit", "1 to 100"},
                                             {"cursor", "`next` of the page before"}}},
                                  [this](Call call) { return list(std::move(call)); });
  router.add<NoBody, CategoryList>({.method = HttpMethod::get,
                                    .path = "/v1/categories",
                                    .operation = "listCategories",
                                    .tag = "shop",
                                    .summary = "The categories that products have",
                                    .access = Access::staff},
                                   [this](Call call) { return categories(std::move(call)); });
  router.add<ProductDraft, ProductView>(
      {.method = HttpMethod::post,
       .path = "/v1/products",
       .operation = "addProduct",
       .tag = "shop",
       .summary = "Add a product with its variants and first stock",
       .access = Access::staff,
       .right = write,
       .idempotent = true,
       .status = 201},
      [this](Call call, ProductDraft draft) { return create(std::move(call), std::move(draft)); });
  router.add<NoBody, ProductView>({.method = HttpMethod::get,
                                   .path = "/v1/products/{product}",
                                   .operation = "getProduct",
                                   .tag = "shop",
                                   .summary = "One product",
                                   .access = Access::staff},
                                  [this](Call call) { return get(std::move(call)); });
  router.add<ProductDraft, ProductView>(
      {.method = HttpMethod::put,
       .path = "/v1/products/{product}",
       .operation = "changeProduct",
       .tag = "shop",
       .summary = "Change a product; variants left out are retired",
       .access = Access::staff,
       .right = write},
      [this](Call call, ProductDraft draft) { return change(std::move(call), std::move(draft)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/products/{product}",
                                 .operation = "archiveProduct",
                                 .tag = "shop",
                                 .summary = "Take a product off every showcase for good",
                                 .access = Access::staff,
                                 .right = write},
                                [this](Call call) { return archive(std::move(call)); });
  router.add<StockDraft, StockChangeView>(
      {.method = HttpMethod::post,
       .path = "/v1/skus/{sku}/stock",
       .operation = "changeStock",
       .tag = "shop",
       .summary = "Receive or write off units",
       .access = Access::staff,
       .right = write,
       .idempotent = true},
      [this](Call call, StockDraft draft) { return change_stock(std::move(call), std::move(draft)); });
}

Task<Reply<PictureView>> CatalogApi::add_picture(Call call, RawBody body) {
  const auto made = co_await service_.add_picture(staff_key(call, "addPicture"), std::move(body.bytes));
  if (!made) co_return made.error();
  auto view = co_await service_.picture(made->id);
  if (!view) co_return view.error();
  Reply<PictureView> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<HttpResponse>> CatalogApi::get_picture(Call call) {
  const auto id = PictureId::parse(call.param("picture"));
  if (!id) co_return Error{ErrorKind::not_found, "shop.picture"};
  HttpResponse answer;
  answer.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  answer.headers.set("ETag", "\"" + id->str() + "\"");
  if (call.request->headers.get("If-None-Match") == "\"" + id->str() + "\"") {
    answer.status = 304;
    co_return answer;
  }
  auto bytes = co_await files_.read(*id);
  if (!bytes) co_return bytes.error();
  const auto facts = read_picture_facts(as_bytes(*bytes));
  if (!facts) co_return facts.error();
  answer.headers.set("Content-Type", media_type(facts->type));
  answer.headers.set("X-Content-Type-Options", "nosniff");
  answer.body = std::move(*bytes);
  co_return answer;
}

Task<Reply<CategoryList>> CatalogApi::categories(Call) {
  auto list = co_await service_.categories();
  if (!list) co_return list.error();
  co_return std::move(*list);
}

Task<Reply<ProductPage>> CatalogApi::list(Call call) {
  ProductQuery query{.text = call.request->query_value("q").value_or("")};
  if (query.text.size() > 200) co_return Error{ErrorKind::invalid_input, "request.q"};
  const std::string state = call.request->query_value("state").value_or("");
  if (state == "active") query.state = ProductState::active;
  if (state == "archived") query.state = ProductState::archived;
  if (!state.empty() && !query.state) co_return Error{ErrorKind::invalid_input, "request.state"};
  const auto limit = page_limit(*call.request);
  if (!limit) co_return limit.error();
  const auto cursor = page_cursor<ProductId>(*call.request);
  if (!cursor) co_return cursor.error();
  query.limit = *limit;
  query.before = *cursor;
  auto page = co_await service_.products(std::move(query));
  if (!page) co_return page.error();
  co_return std::move(*page);
}

Task<Reply<ProductView>> CatalogApi::create(Call call, ProductDraft draft) {
  const std::string asked = boost::json::serialize(to_json(draft));
  const auto made =
      co_await service_.create(staff_key(call, "addProduct"), std::move(draft), staff_name(call));
  if (!made) co_return made.error();
  if (!made->replayed) {
    AuditEntry entry = audit_entry(act_of(call), "product.add", made->id.str(), asked);
    co_await note_act(&members_, std::move(entry));
  }
  auto view = co_await service_.product(made->id);
  if (!view) co_return view.error();
  Reply<ProductView> reply(std::move(*view));
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<ProductView>> CatalogApi::get(Call call) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  auto view = co_await service_.product(*id);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<ProductView>> CatalogApi::change(Call call, ProductDraft draft) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  const std::string asked = boost::json::serialize(to_json(draft));
  const auto changed = co_await service_.change(*id, std::move(draft), staff_name(call));
  if (!changed) co_return changed.error();
  AuditEntry entry = audit_entry(act_of(call), "product.change", id->str(), asked);
  co_await note_act(&members_, std::move(entry));
  auto view = co_await service_.product(*id);
  if (!view) co_return view.error();
  co_return std::move(*view);
}

Task<Reply<NoContent>> CatalogApi::archive(Call call) {
  const auto id = ProductId::parse(call.param("product"));
  if (!id) co_return kNoProduct;
  const auto done = co_await service_.archive(*id);
  if (!done) co_return done.error();
  AuditEntry entry = audit_entry(act_of(call), "product.archive", id->str());
  co_await note_act(&members_, std::move(entry));
  co_return NoContent{};
}

Task<Reply<StockChangeView>> CatalogApi::change_stock(Call call, StockDraft draft) {
  const auto id = SkuId::parse(call.param("sku"));
  if (!id) co_return Error{ErrorKind::not_found, "shop.sku"};
  const std::string asked = std::to_string(draft.change) + " " + draft.reason;
  const auto made =
      co_await service_.change_stock(staff_key(call, "changeStock"), *id, std::move(draft), staff_name(call));
  if (!made) co_return made.error();
  if (!made->replayed) {
    AuditEntry entry = audit_entry(act_of(call), "stock.change", id->str(), asked);
    co_await note_act(&members_, std::move(entry));
  }
  auto view = co_await service_.stock(*id);
  if (!view) co_return view.error();
  Reply<StockChangeView> reply(*view);
  reply.replayed = made->replayed;
  co_return reply;
}

}  // namespace vitrine
