// HTTP of the catalog: /v1/products, /v1/skus, /v1/pictures.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "contract/members.h"
#include "net/router.h"
#include "shop/catalog/catalog_service.h"

namespace vitrine {

class CatalogApi {
 public:
  CatalogApi(CatalogService& service, PictureFiles& files, MembersPort& members)
      : service_(service), files_(files), members_(members) {}
  void add_routes(Router& router);

 private:
  Task<Reply<PictureView>> add_picture(Call call, RawBody body);
  Task<Reply<HttpResponse>> get_picture(Call call);
  Task<Reply<ProductPage>> list(Call call);
  Task<Reply<CategoryList>> categories(Call call);
  Task<Reply<ProductView>> create(Call call, ProductDraft draft);
  Task<Reply<ProductView>> get(Call call);
  Task<Reply<ProductView>> change(Call call, ProductDraft draft);
  Task<Reply<NoContent>> archive(Call call);
  Task<Reply<StockChangeView>> change_stock(Call call, StockDraft draft);

  CatalogService& service_;
  PictureFiles& files_;
  MembersPort& members_;
};

}  // namespace vitrine
