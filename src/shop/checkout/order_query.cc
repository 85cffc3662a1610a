#include "shop/checkout/order_query.h"

#include <charconv>

#include "shop/gate/room_name.h"

namespace vitrine {
namespace {

constexpr size_t kTextMax = 200;  // bytes of a search

// A moment of the query; empty when it is not asked for.
Result<std::optional<WallTime>> read_time(const HttpRequest& request, std::string_view name, Error wrong) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return std::optional<WallTime>();
  int64_t ms = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), ms);
  if (failed != std::errc{} || end != text->data() + text->size() || ms < 0) return wrong;
  return std::optional(WallTime{ms});
}

}  // namespace

Result<OrderQuery> read_order_filters(const HttpRequest& request) {
  OrderQuery query{.text = request.query_value("q").value_or(""),
                   .room = request.query_value("room").value_or("")};
  if (query.text.size() > kTextMax) return Error{ErrorKind::invalid_input, "request.q"};
  if (!query.room.empty() && !is_room_name(query.room))
    return Error{ErrorKind::invalid_input, "request.room"};
  const std::string state = request.query_value("state").value_or("");
  const auto names = enum_names(OrderState{});
  for (size_t at = 0; at < names.size(); ++at) {
    if (names[at] == state) query.state = static_cast<OrderState>(at);
  }
  if (!state.empty() && !query.state) return Error{ErrorKind::invalid_input, "request.state"};
  const std::string buyer = request.query_value("buyer").value_or("");
  if (!buyer.empty()) {
    query.buyer = AccountId::parse(buyer);
    if (!query.buyer) return Error{ErrorKind::invalid_input, "request.buyer"};
  }
  const auto from = read_time(request, "from_ms", {ErrorKind::invalid_input, "request.from_ms"});
  if (!from) return from.error();
  const auto until = read_time(request, "until_ms", {ErrorKind::invalid_input, "request.until_ms"});
  if (!until) return until.error();
  query.from = *from;
  query.until = *until;
  return query;
}

std::vector<QueryParameter> order_filter_parameters() {
  return {{"state", "an order state"},
          {"q",
           "order id or its last 6 characters and more, tracking number, product, variant, note or masked "
           "buyer"},
          {"room", "where it was bought"},
          {"buyer", "whose: usr_..."},
          {"from_ms", "created then or later"},
          {"until_ms", "created before"}};
}

}  // namespace vitrine
