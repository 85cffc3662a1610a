#include "media/egress/rtmp_egress.h"

#include "base/log.h"

namespace vitrine {
namespace {

constexpr Milliseconds kCutTime{1'000};  // what a viewer takes to leave once its socket is closed

}  // namespace

RtmpEgress::RtmpEgress(Cores& cores, RtmpViewer::Uses uses) : cores_(cores), uses_(uses) {
  for (int core = 0; core < cores.count(); ++core) per_core_.push_back(std::make_unique<PerCore>());
}

void RtmpEgress::serve(Core& core, TcpSocket socket, RtmpSession session, RtmpPlayAsked asked,
                       std::vector<uint8_t> unread) {
  PerCore& here = *per_core_[static_cast<size_t>(core.index())];
  auto pass = here.gate.enter();
  if (!pass) return;
  if (here.gate.inside() > kRtmpViewersPerCore) {
    log_warn("media.rtmp_too_many_viewers", {{"address", socket.peer_address()}});
    return;
  }
  auto viewer = std::make_unique<RtmpViewer>(core, std::move(socket), std::move(session), uses_);
  here.viewers.insert(viewer.get());
  core.spawn(run(&here, std::move(viewer), std::move(asked), std::move(unread), *std::move(pass)));
}

Task<void> RtmpEgress::run(PerCore* here, std::unique_ptr<RtmpViewer> viewer, RtmpPlayAsked asked,
                           std::vector<uint8_t> unread, StopGate::Pass) {
  co_await viewer->run(std::move(asked), std::move(unread));
  here->viewers.erase(viewer.get());
  viewer.reset();  // before the pass is given back: then the core may go
}

Task<void> RtmpEgress::close(Milliseconds time) {
  // One time for all cores: each has had it while the ones before were waited for.
  const auto until = std::chrono::steady_clock::now() + time;
  for (int core = 0; core < cores_.count(); ++core) {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    auto work = close_on(per_core_[static_cast<size_t>(core)].get(), std::max(left, Milliseconds(0)));
    co_await on_core(cores_.at(core), std::move(work));
  }
}

Task<void> RtmpEgress::close_on(PerCore* here, Milliseconds time) {
  if (co_await here->gate.close(time)) co_return;
  for (RtmpViewer* viewer : here->viewers) viewer->close();
  co_await here->gate.close(kCutTime);
}

}  // namespace vitrine
