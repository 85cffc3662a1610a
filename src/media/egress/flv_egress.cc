#include "media/egress/flv_egress.h"

namespace vitrine {
namespace {

constexpr Milliseconds kCutTime{1'000};  // what a viewer takes to leave once its socket is closed

}  // namespace

FlvEgress::FlvEgress(Cores& cores, StreamDirectory& directory) : cores_(cores), directory_(directory) {
  for (int core = 0; core < cores.count(); ++core) per_core_.push_back(std::make_unique<PerCore>());
}

Task<void> FlvEgress::serve(std::string stream, std::unique_ptr<Connection> connection, OriginRule origins) {
  PerCore& here = *per_core_[static_cast<size_t>(connection->core().index())];
  const auto pass = here.gate.enter();
  if (!pass) co_return;
  FlvViewer viewer(std::move(connection), std::move(origins));
  here.viewers.insert(&viewer);
  co_await viewer.run(&directory_, std::move(stream));
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
