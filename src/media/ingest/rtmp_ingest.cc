#include "media/ingest/rtmp_ingest.h"

#include <algorithm>

#include "base/log.h"
#include "net/client_address.h"

namespace vitrine {

RtmpIngest::RtmpIngest(Cores& cores, PublishGate& gate, const Clock& clock, Random& random,
                       TakeGuest take_guest, RtmpTimes times)
    : cores_(cores),
      gate_(gate),
      clock_(clock),
      random_(random),
      take_guest_(std::move(take_guest)),
      times_(times) {
  for (int at = 0; at < cores.count(); ++at) per_core_.push_back(std::make_unique<PerCore>());
}

void RtmpIngest::accept(Core& core, TcpSocket socket) {
  PerCore& here = *per_core_[static_cast<size_t>(core.index())];
  auto pass = here.gate.enter();
  if (!pass) return;
  const RtmpPublisher::Uses uses{gate_, here.tries, clock_, random_, times_};
  auto publisher = std::make_unique<RtmpPublisher>(core, std::move(socket), uses);
  if (!has_room(here)) {
    log_warn("media.rtmp_too_many", {{"address", publisher->group()}});
    return;
  }
  make_room_for_stranger(here, publisher->group());
  here.publishers.push_back(publisher.get());
  core.spawn(serve(&here, std::move(publisher), *std::move(pass)));
}

// At the limit whoever has been here longest without being admitted makes room: strangers, however many,
// keep no encoder out, which is admitted within a moment.
bool RtmpIngest::has_room(PerCore& here) {
  if (here.gate.inside() <= kRtmpConnectionsPerCore) return true;
  const auto stranger = [](const RtmpPublisher* other) { return !other->admitted() && !other->closed(); };
  const auto oldest = std::ranges::find_if(here.publishers, stranger);
  if (oldest == here.publishers.end()) return false;
  (*oldest)->close();
  return true;
}

// Those that have shaken hands and those that have not count apart: a flood of one kind leaves the other
// alone, and whoever means well is through both within a moment.
void RtmpIngest::make_room_for_stranger(PerCore& here, const std::string& group) {
  const auto make_room = [&](bool handshaken) {
    int strangers = 0;
    RtmpPublisher* oldest = nullptr;
    for (RtmpPublisher* other : here.publishers) {
      if (other->admitted() || other->closed() || other->group() != group) continue;
      if (other->handshaken() != handshaken) continue;
      ++strangers;
      if (oldest == nullptr) oldest = other;
    }
    if (strangers >= kRtmpStrangersPerAddress) oldest->close();
  };
  make_room(false);
  make_room(true);
}

Task<void> RtmpIngest::serve(PerCore* here, std::unique_ptr<RtmpPublisher> publisher, StopGate::Pass) {
  auto guest = co_await publisher->run();
  here->publishers.remove(publisher.get());
  publisher.reset();  // before the pass is given back: then the core may go
  if (guest) take_guest_(*Core::current(), *std::move(guest));
}

Task<bool> RtmpIngest::close(Milliseconds time) {
  bool all = true;
  const auto until = std::chrono::steady_clock::now() + time;  // one time for all cores
  for (int at = 0; at < cores_.count(); ++at) {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    auto closing = close_on(per_core_[static_cast<size_t>(at)].get(), std::max(left, Milliseconds(0)));
    const bool closed = co_await on_core(cores_.at(at), std::move(closing));
    all = all && closed;
  }
  co_return all;
}

Task<bool> RtmpIngest::close_on(PerCore* here, Milliseconds time) {
  for (auto* publisher : here->publishers) publisher->close();
  co_return co_await here->gate.close(time);
}

}  // namespace vitrine
