#include "shop/checkout/order_view.h"

#include <algorithm>

#include "shop/coupons/coupon_service.h"
#include "shop/orders/package_store.h"
#include "shop/payments/payment_store.h"

namespace vitrine {
namespace {

std::string place(OrderId order, std::string_view what) {
  return order.str() + " " + std::string(what);
}

Result<OrderAddressView> view_address(const Order& order, const FieldCipher& cipher, OrderEyes eyes) {
  auto name = cipher.open(order.address->name, place(order.order, "name"));
  if (!name) return name.error();
  auto phone = cipher.open(order.address->phone, place(order.order, "phone"));
  if (!phone) return phone.error();
  auto line = cipher.open(order.address->line, place(order.order, "line"));
  if (!line) return line.error();
  OrderAddressView view{.name = *name,
                        .phone_masked = masked_phone(*phone),
                        .phone = std::nullopt,
                        .region = order.address->region,
                        .line = *line};
  if (eyes == OrderEyes::staff_personal) view.phone = *phone;
  if (eyes == OrderEyes::staff) {
    view.name = masked_name(*name);
    view.line = "***";
  }
  return view;
}

Result<std::vector<OrderPaymentView>> view_payments(Transaction& tx, OrderId order) {
  auto attempts = attempts_of(tx, order);
  if (!attempts) return attempts.error();
  auto refunds = refunds_of(tx, order);
  if (!refunds) return refunds.error();
  std::vector<OrderPaymentView> out;
  for (const Attempt& attempt : *attempts) {
    OrderPaymentView view{attempt.payment,
                          attempt.provider,
                          std::string(enum_names(attempt.state)[static_cast<size_t>(attempt.state)]),
                          attempt.amount,
                          {}};
    if (is_open(attempt.state)) view.cashier_url = attempt.cashier_url;
    for (const Refund& refund : *refunds) {
      if (refund.payment == attempt.payment)
        view.state = refund.state == RefundState::done ? "refunded" : "refunding";
    }
    out.push_back(std::move(view));
  }
  return out;
}

Result<void> view_packages(Transaction& tx, const Order& order, OrderView& view) {
  auto packages = packages_of(tx, order.order);
  if (!packages) return packages.error();
  const auto left = left_to_ship(order.lines, packed_lines(*packages));
  for (size_t at = 0; at < left.size(); ++at) view.lines[at].left_to_ship = left[at];
  for (const Package& package : *packages) {
    PackageView one{.package = package.package,
                    .carrier = package.carrier,
                    .tracking = package.tracking,
                    .at_ms = package.shipped.ms};
    for (const Packed& line : package.lines) one.lines.push_back({line.line, line.units});
    for (const TrackPoint& point : package.track) one.track.push_back({point.state, point.text, point.at.ms});
    view.packages.push_back(std::move(one));
  }
  return {};
}

}  // namespace

SealedAddress seal_address(const FieldCipher& cipher, OrderId order, const AddressSnapshot& address) {
  return {cipher.seal(address.name, place(order, "name")), cipher.seal(address.phone, place(order, "phone")),
          address.region, cipher.seal(address.line, place(order, "line"))};
}

Result<QuoteView> view_quote(Transaction& tx, AccountId buyer, const std::vector<PricedLine>& lines,
                             const std::optional<std::vector<ClaimId>>& named, WallTime now) {
  QuoteView view;
  for (const PricedLine& line : lines) {
    view.items.amount += line.unit_price.amount * line.quantity;
    view.items.currency = line.unit_price.currency;
  }
  auto held = held_coupons(tx, buyer, {});
  if (!held) return held.error();
  const std::vector<ClaimId> wanted = named ? *named : best_choice(lines, *held, now);
  std::vector<HeldCoupon> chosen;
  if (!wanted.empty()) {
    auto found = held_coupons(tx, buyer, wanted);
    if (!found) return found.error();
    chosen = std::move(*found);
  }
  const auto discount = discount_of(lines, chosen, now);
  if (!discount) view.refusal = std::string(discount.error().reason);
  view.discount = {discount ? discount->total : 0, view.items.currency};
  view.total = {view.items.amount - view.discount.amount, view.items.currency};
  for (const HeldCoupon& one : *held) {
    auto coupon = find_coupon(tx, one.claim.coupon);
    if (!coupon) return coupon.error();
    const auto alone = discount_of(lines, {one}, now);
    view.coupons.push_back({view_of(one.claim, *coupon),
                            std::find(wanted.begin(), wanted.end(), one.claim.claim) != wanted.end(),
                            alone ? std::nullopt : std::optional(std::string(alone.error().reason)),
                            {alone ? alone->total : 0, view.items.currency}});
  }
  return view;
}

Result<OrderView> view_order(Transaction& tx, const Order& order, const FieldCipher& cipher, OrderEyes eyes) {
  OrderView view{.order = order.order,
                 .state = std::string(name_of(order.state)),
                 .room = order.room,
                 .buyer = order.buyer_masked,
                 .total = order.total,
                 .discount = order.discount,
                 .shipping = order.shipping,
                 .created_at_ms = order.created.ms,
                 .test = order.test,
                 .close_reason = order.close_reason};
  for (const OrderLine& line : order.lines) {
    view.lines.push_back({.sku = line.sku,
                          .product = line.product,
                          .name = line.name,
                          .variant = line.variant,
                          .picture = line.picture,
                          .unit_price = line.unit_price,
                          .quantity = line.quantity,
                          .subtotal = line.subtotal,
                          .discount = {line.discount, line.subtotal.currency},
                          .price_kind = static_cast<PriceKind>(line.price_kind),
                          .price_label = line.price_label});
  }
  view.needs_shipping = needs_shipping(order);
  if (order.state == OrderState::pending_payment) view.pay_by_ms = order.pay_by.wall.ms;
  if (order.grab) view.flash_sale = order.grab->sale;
  if (order.paid) view.paid_at_ms = order.paid->ms;
  if (auto packages = view_packages(tx, order, view); !packages) return packages.error();
  if (eyes != OrderEyes::buyer) view.note = order.note;
  if (order.address) {
    auto address = view_address(order, cipher, eyes);
    if (!address) return address.error();
    view.address = std::move(*address);
  }
  auto coupons = coupons_of_order(tx, order.order);
  if (!coupons) return coupons.error();
  for (const OrderCoupon& one : *coupons) {
    view.coupons.push_back({one.claim, one.coupon, one.name, {one.amount, order.total.currency}});
  }
  auto payments = view_payments(tx, order.order);
  if (!payments) return payments.error();
  view.payments = std::move(*payments);
  return view;
}

}  // namespace vitrine
