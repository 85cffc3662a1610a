// What the ops port (127.0.0.1:9091, its own Router) serves, whichever modules run here:
//   /healthz  200 while the process lives
//   /readyz   200 when every module is ready, else 503; the body names each module, its state and why
//   /metrics  Prometheus text
//
// Owns    nothing; what it is given outlives the router.
// Thread  any core.
#pragma once

#include "net/router.h"
#include "ops/health_board.h"
#include "ops/process_metrics.h"

namespace vitrine {

void add_ops_routes(Router& router, const HealthBoard& board, ProcessMetrics& process,
                    const prometheus::Registry& registry);

}  // namespace vitrine
