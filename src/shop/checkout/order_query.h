// The filters of a list of orders, as a request's query says them.
#pragma once

#include "net/http.h"
#include "net/router.h"
#include "shop/orders/order_store.h"

namespace vitrine {

// Filters only; paging is the list's. Errors: `invalid_input` "request.q", "request.state", "request.room",
// "request.buyer", "request.from_ms", "request.until_ms".
Result<OrderQuery> read_order_filters(const HttpRequest& request);

// The same for the API document.
std::vector<QueryParameter> order_filter_parameters();

}  // namespace vitrine
