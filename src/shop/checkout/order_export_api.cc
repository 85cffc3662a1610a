#include "shop/checkout/order_export_api.h"

#include "base/csv.h"
#include "base/log.h"
#include "shop/checkout/order_query.h"

namespace vitrine {
namespace {

constexpr int kExportsMax = 4;                // at once
constexpr size_t kPageOrders = 100;           // read at once
constexpr Milliseconds kStalledAfter{5'000};  // a client that takes nothing for so long is let go
constexpr size_t kReasonMax = 200;

// Counts itself for as long as it lives.
class Turn {
 public:
  explicit Turn(std::atomic<int>& running) : running_(running), number_(running.fetch_add(1) + 1) {}
  ~Turn() {
    running_.fetch_sub(1);
    running_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool too_many() const { return number_ > kExportsMax; }

 private:
  std::atomic<int>& running_;
  int number_;
};

HttpResponse file_head() {
  HttpResponse head;
  head.headers.set("Content-Type", "text/csv; charset=utf-8");
  head.headers.set("Content-Disposition", "attachment; filename=\"orders.csv\"");
  head.headers.set("Cache-Control", "no-store");
  return head;
}

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
  const Turn turn(running_);
  Result<Wish> wish = Error{ErrorKind::unavailable, "shop.exports_busy"};
  if (!turn.too_many() && !closed_.load()) wish = co_await admit(std::move(call));
  if (!wish) {
    const auto told = co_await connection->respond(to_response(Problem(wish.error())));
    static_cast<void>(told);
    co_return;
  }
  const auto begun = co_await connection->write_response_head(file_head());
  if (!begun) co_return;
  TcpSocket socket = connection->release();
  socket.set_write_limit(kStalledAfter);
  const auto sent = co_await send(std::move(*wish), &socket);
  if (sent) {
    socket.finish_writing();
    socket.close();
    co_return;
  }
  log_warn("shop.export_ended", {{"reason", sent.error().reason}});
  socket.abort();  // the client must not take half a file for the whole
}

Task<Result<void>> OrderExportApi::send(Wish wish, TcpSocket* socket) {
  const auto columns =
      wish.eyes == OrderEyes::staff_personal ? ExportColumns::personal : ExportColumns::masked;
  std::string text(kCsvMark);
  add_export_head(text, columns);
  for (bool more = true; more;) {
    if (closed_.load()) co_return Error{ErrorKind::unavailable, "shop.unavailable"};
    const auto page = co_await service_.orders(wish.query, wish.eyes);
    if (!page) co_return page.error();
    for (const OrderView& order : page->items) add_export_lines(text, order, columns);
    more = page->next.has_value();
    if (more) wish.query.before = page->items.back().order;
    if (const auto wrote = co_await socket->write_all(as_bytes(text)); !wrote) co_return wrote.error();
    text.clear();
  }
  co_return Result<void>{};
}

void OrderExportApi::finish() {
  closed_.store(true);
  for (int running = running_.load(); running > 0; running = running_.load()) running_.wait(running);
}

}  // namespace vitrine
