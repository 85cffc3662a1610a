#include "ops/ops_routes.h"

#include "ops/views.h"

namespace vitrine {
namespace {

Task<Reply<AliveView>> alive(Call) {
  co_return AliveView{};
}

Task<Reply<ReadyView>> readiness(const HealthBoard* board) {
  const auto modules = board->look();
  const bool ready = board->ready(modules);
  Reply<ReadyView> reply(ReadyView{ready, board->draining(), to_views(modules)});
  reply.status = ready ? 200 : 503;
  co_return reply;
}

Task<Reply<HttpResponse>> metrics(ProcessMetrics* process, const prometheus::Registry* registry) {
  process->sample();
  HttpResponse response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = render_metrics(*registry);
  co_return response;
}

}  // namespace

void add_ops_routes(Router& router, const HealthBoard& board, ProcessMetrics& process,
                    const prometheus::Registry& registry) {
  router.add<NoBody, AliveView>(
      {.path = "/healthz", .operation = "alive", .tag = "ops", .summary = "The process lives"}, alive);
  router.add<NoBody, ReadyView>(
      {.path = "/readyz", .operation = "ready", .tag = "ops", .summary = "Every module can serve"},
      [&board](Call) { return readiness(&board); });
  router.add<NoBody, HttpResponse>({.path = "/metrics",
                                    .operation = "metrics",
                                    .tag = "ops",
                                    .summary = "Prometheus metrics",
                                    .content_type = "text/plain"},
                                   [&](Call) { return metrics(&process, &registry); });
}

}  // namespace vitrine
