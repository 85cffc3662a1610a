#include "shop/schema.h"

#include "shop/cart/cart_store.h"
#include "shop/catalog/catalog_store.h"
#include "shop/catalog/price_store.h"
#include "shop/coupons/coupon_store.h"
#include "shop/flash_sale/sale_store.h"
#include "shop/gate/gate.h"
#include "shop/gate/restored.h"
#include "shop/ledger/ledger.h"
#include "shop/orders/grab_store.h"
#include "shop/orders/order_store.h"
#include "shop/orders/package_store.h"
#include "shop/payments/payment_store.h"
#include "shop/payments/sandbox_provider.h"
#include "shop/showcase/showcase_store.h"
#include "shop/stock/stock_store.h"
#include "store/idempotency.h"

namespace vitrine {

std::vector<Migration> shop_migrations() {
  return {{1, kIdempotencyTable}, {2, kGateTables},          {3, kStockTables},     {4, kCatalogTables},
          {5, kCartTables},       {6, kShowcaseTables},      {7, kOrderTables},     {8, kPaymentTables},
          {9, kSandboxTables},    {10, kLedgerTables},       {11, kGrabTables},     {12, kFlashSaleTables},
          {13, kNothingShipped},  {14, kCategoryTables},     {15, kDiscountTables}, {16, kCouponTables},
          {17, kBillTables},      {18, kSandboxFaultTables}, {19, kPackageTables},  {20, kPriceTables},
          {21, kRestoredTables},  {22, kHiddenPriceTables}};
}

}  // namespace vitrine
