#include "shop/checkout/order_export.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/csv.h"
#include "base/decimal.h"

namespace vitrine {
namespace {

void join(std::string& out, const std::string& text) {
  if (!out.empty()) out += " + ";
  out += text;
}

std::string trackings(const OrderView& order) {
  std::string out;
  for (const PackageView& package : order.packages) join(out, package.carrier + " " + package.tracking);
  return out;
}

std::string coupons(const OrderView& order) {
  std::string out;
  for (const OrderCouponView& coupon : order.coupons) join(out, coupon.name);
  return out;
}

void add_address(std::vector<std::string>& fields, const OrderView& order) {
  const OrderAddressView none;
  const OrderAddressView& to = order.address ? *order.address : none;
  fields.insert(fields.end(), {to.name, to.phone.value_or(""), to.region, to.line});
}

}  // namespace

std::string export_time(std::optional<int64_t> at_ms) {
  if (!at_ms) return {};
  const std::chrono::sys_seconds at{std::chrono::seconds(*at_ms / 1000)};
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", at);
}

void add_export_head(std::string& out, ExportColumns columns) {
  std::vector<std::string> fields = {
      "order",          "created_utc", "paid_utc", "state",    "test",       "room",          "buyer",
      "product",        "variant",     "sku",      "quantity", "unit_price", "line_subtotal", "line_discount",
      "order_shipping", "order_total", "currency", "coupons",  "packages",   "close_reason",  "note"};
  if (columns == ExportColumns::personal) fields.insert(fields.end(), {"name", "phone", "region", "address"});
  add_csv_line(out, fields);
}

void add_export_lines(std::string& out, const OrderView& order, ExportColumns columns) {
  for (const OrderLineView& line : order.lines) {
    std::vector<std::string> fields = {order.order.str(),
                                       export_time(order.created_at_ms),
                                       export_time(order.paid_at_ms),
                                       order.state,
                                       order.test ? "test" : "",
                                       order.room.value_or(""),
                                       order.buyer,
                                       line.name,
                                       line.variant,
                                       line.sku.str(),
                                       std::to_string(line.quantity),
                                       decimal_amount(line.unit_price),
                                       decimal_amount(line.subtotal),
                                       decimal_amount(line.discount),
                                       decimal_amount(order.shipping),
                                       decimal_amount(order.total),
                                       std::string(order.total.currency.str()),
                                       coupons(order),
                                       trackings(order),
                                       order.close_reason.value_or(""),
                                       order.note.value_or("")};
    if (columns == ExportColumns::personal) add_address(fields, order);
    add_csv_line(out, fields);
  }
}

}  // namespace vitrine
