// The shop's services put together, without routes, bus or timers: what the module and the tests share.
//
// Owns    every service of the shop.
// Thread  as each service says.
#pragma once

#include <functional>
#include <string>

#include "contract/media.h"
#include "contract/members.h"
#include "contract/ops.h"
#include "shop/cart/cart_service.h"
#include "shop/catalog/catalog_service.h"
#include "shop/catalog/import_service.h"
#include "shop/catalog/price_service.h"
#include "shop/checkout/caretaker.h"
#include "shop/checkout/checkout_service.h"
#include "shop/checkout/payment_desk.h"
#include "shop/coupons/coupon_service.h"
#include "shop/flash_sale/sale_service.h"
#include "shop/payments/manual_provider.h"
#include "shop/payments/sandbox_provider.h"
#include "shop/showcase/showcase_service.h"
#include "store/field_cipher.h"

namespace vitrine {

struct ServiceNeeds {
  const Clock& clock;
  Random& random;
  IdSource& ids;
  std::string data_directory{};
  const MediaPort& media;
  const OpsPort& ops;
  MembersPort& members;
  std::function<Milliseconds()> publish_delay;
  bool sandbox = false;
  bool manual = false;
  AskTier ask_tier{};  // none: nobody has a tier
};

struct ShopServices {
  explicit ShopServices(const ServiceNeeds& needs)
      : gate(needs.clock),
        cipher(needs.random),
        files(needs.data_directory + "/pictures"),
        tiers(needs.ask_tier),
        stock(needs.ids, audience),
        catalog({gate, needs.clock, needs.ids, stock, watcher, files}),
        imports(gate, catalog),
        prices({gate, needs.clock, watcher}),
        showcase({gate, needs.clock, needs.ids, needs.media, tiers, needs.publish_delay, &in_live_sale}),
        cart(gate, needs.clock, tiers),
        sale_units(needs.ids, stock),
        sales({gate, needs.clock, needs.ids, needs.random, sale_units, needs.ops, needs.sandbox}),
        coupons({gate, needs.clock, needs.ids, needs.media}),
        settlement(needs.ids, stock, sale_units),
        sandbox(gate, needs.clock, needs.ids, needs.random),
        desk({gate, needs.clock, needs.ids, settlement}),
        checkout({gate, needs.clock, needs.ids, stock, settlement, cipher, needs.ops, needs.members, tiers}),
        caretaker({gate, needs.clock, settlement, desk, sales, coupons, prices}) {
    if (needs.sandbox) desk.use_sandbox(sandbox);
    if (needs.manual) desk.use(manual);
  }

  // Opens files, key and (without a URL) the database under `data_directory`. Errors: theirs.
  Result<void> open(const std::string& data_directory, const std::string& database_url = {});

  Gate gate;
  FieldCipher cipher;
  PictureFiles files;
  ShowcaseAudience audience;
  ShowcaseWatcher watcher;
  Tiers tiers;
  StockService stock;
  CatalogService catalog;
  ImportService imports;
  PriceService prices;
  ShowcaseService showcase;
  CartService cart;
  SaleUnits sale_units;
  SaleService sales;
  CouponService coupons;
  Settlement settlement;
  SandboxProvider sandbox;
  ManualProvider manual;
  PaymentDesk desk;
  CheckoutService checkout;
  Caretaker caretaker;
};

}  // namespace vitrine
