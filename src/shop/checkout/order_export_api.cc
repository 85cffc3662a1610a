#include "shop/checkout/order_export_api.h"

#include "shop/checkout/order_export.h"
#include "shop/checkout/order_query.h"

namespace vitrine {
namespace {

constexpr size_t kPageOrders = 100;  // read at once
constexpr size_t kReasonMax = 200;

class OrderPages final : public CsvPages {
 public:
  OrderPages(CheckoutService& service, OrderQuery query, OrderEyes eyes)
      : service_(service), query_(std::move(query)), eyes_(eyes) {}

  Task<Result<std::optional<std::string>>> next() override {
    const auto columns = eyes_ == OrderEyes::staff_personal ? ExportColumns::personal : ExportColumns::masked;
    std::string text;
    if (!begun_) add_export_head(text, columns);
    begun_ = true;
    if (ended_) co_return std::optional<std::string>();
    const auto page = co_await service_.orders(query_, eyes_);
    if (!page) co_return page.error();
    for (const OrderView& order : page->items) add_export_lines(text, order, columns);
    ended_ = !page->next.has_value();
    if (!ended_) query_.before = page->items.back().order;
    co_return std::optional(std::move(text));
  }

 private:
  CheckoutService& service_;
  OrderQuery query_;
  OrderEyes eyes_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

void OrderExportApi::add_routes(Router& router) {
  auto query = order_filter_parameters();
  query.push_back({"personal", "true: with name, phone and address; needs personal.read and `reason`"});
  query.push_back({"reason", "why personal data is taken out; kept in the audit log"});
  router.add_stream({.path = "/v1/shop/orders.csv",
                     .operation = "exportOrders",
                     .tag = "shop",
                     .summary = "Orders as CSV, newest first, a line for each of their lines; audited",
                     .access = Access::staff,
                     .right = Right::order_read,
                     .query = std::move(query),
                     .content_type = "text/csv"},
                    [this](Call call, std::unique_ptr<Connection> connection) {
                      return serve(std::move(call), std::move(connection));
                    });
}

Result<OrderExportApi::Wish> OrderExportApi::read_wish(const Call& call) {
  auto query = read_order_filters(*call.request);
  if (!query) return query.error();
  query->limit = kPageOrders;
  Wish wish{.query = std::move(*query), .reason = call.request->query_value("reason").value_or("")};
  if (call.request->query_value("personal").value_or("") != "true") return wish;
  if (!call.caller.staff || !call.caller.staff->may(Right::personal_read))
    return Error{ErrorKind::forbidden, "members.no_right"};
  if (wish.reason.empty() || wish.reason.size() > kReasonMax)
    return Error{ErrorKind::invalid_input, "shop.export_reason"};
  wish.eyes = OrderEyes::staff_personal;
  return wish;
}

Task<Result<OrderExportApi::Wish>> OrderExportApi::admit(Call call) {
  auto wish = read_wish(call);
  if (!wish) co_return wish;
  const bool personal = wish->eyes == OrderEyes::staff_personal;
  AuditEntry entry = audit_entry(act_of(call), personal ? "order.export_personal" : "order.export",
                                 wish->reason, std::string(call.request->query));
  const auto kept = co_await members_.audit(std::move(entry));
  if (!kept) co_return kept.error();
  co_return wish;
}

Task<void> OrderExportApi::serve(Call call, std::unique_ptr<Connection> connection) {
  const auto turn = downloads_.turn();
  Result<Wish> wish = kDownloadsBusy;
  if (!turn.too_many() && !downloads_.closed()) wish = co_await admit(std::move(call));
  if (!wish) {
    co_await CsvDownloads::refuse(wish.error(), connection.get());
    co_return;
  }
  OrderPages pages(service_, std::move(wish->query), wish->eyes);
  co_await downloads_.send("orders.csv", &pages, connection.get());
}

}  // namespace vitrine
