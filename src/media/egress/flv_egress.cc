#include "media/egress/flv_egress.h"

namespace vitrine {
namespace {

constexpr Milliseconds kCutTime{1'000};  // what a viewer takes to leave once its socket is closed

ViewerLine line_of(const FlvAdmission& admission, const Connection& connection) {
  ViewerLine line;
  line.stream = admission.stream;
  line.protocol = connection.wants_websocket() ? "ws-flv" : "http-flv";
  line.address = admission.address;
  line.viewer = admission.viewer;
  return line;
}

}  // namespace

FlvEgress::FlvEgress(Cores& cores, StreamDirectory& directory, ViewerBook& book)
    : cores_(cores), directory_(directory), book_(book) {
  for (int core = 0; core < cores.count(); ++core) per_core_.push_back(std::make_unique<PerCore>());
}

Task<void> FlvEgress::serve(FlvAdmission admission, std::unique_ptr<Connection> connection) {
  PerCore& here = *per_core_[static_cast<size_t>(connection->core().index())];
  const auto pass = here.gate.enter();
  if (!pass) co_return;
  ViewerLine line = line_of(admission, *connection);
  FlvViewer viewer(std::move(connection), std::move(admission.origins));
  here.viewers.insert(&viewer);
  const auto entry = book_.enter(std::move(line), [&viewer] { viewer.close(); });
  co_await viewer.run(&directory_, std::move(admission.stream));
  here.viewers.erase(&viewer);
}

Task<void> FlvEgress::close(Milliseconds time) {
  // One time for all cores: each has had it while the ones before were waited for.
  const auto until = std::chrono::steady_clock::now() + time;
  for (int core = 0; core < cores_.count(); ++core) {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    auto work = close_on(per_core_[static_cast<size_t>(core)].get(), std::max(left, Milliseconds(0)));
    co_await on_core(cores_.at(core), std::move(work));
  }
}

Task<void> FlvEgress::close_on(PerCore* here, Milliseconds time) {
  if (co_await here->gate.close(time)) co_return;
  for (FlvViewer* viewer : here->viewers) viewer->close();
  co_await here->gate.close(kCutTime);
}

}  // namespace vitrine
