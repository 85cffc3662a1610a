// Rate, errors and duration of requests, by operation.
//
// Thread  any; made once the router is complete.
#pragma once

#include <array>
#include <unordered_map>

#include "base/clock.h"
#include "net/router.h"
#include "runtime/metrics.h"

namespace vitrine {

class RequestMetrics {
 public:
  RequestMetrics(prometheus::Registry& registry, const Router& router);

  // `route` is null for pages and for requests that found no route.
  void count(const Router::Route* route, int status, Microseconds took);
  void count_refused_connection();

 private:
  struct One {
    std::array<prometheus::Counter*, 5> by_class;  // 1xx..5xx
    prometheus::Histogram* seconds;
  };
  static One make(prometheus::Registry& registry, const std::string& operation);

  std::unordered_map<const Router::Route*, One> by_route_;
  prometheus::Counter& refused_connections_;
};

}  // namespace vitrine
