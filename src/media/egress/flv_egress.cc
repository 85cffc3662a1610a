#include "media/egress/flv_egress.h"

#include "net/problem.h"

namespace vitrine {
namespace {

constexpr Milliseconds kCutTime{1'000};  // what a viewer takes to leave once its socket is closed

ViewerLine line_of(const FlvAdmission& admission, bool websocket) {
  ViewerLine line;
  line.stream = admission.stream;
  line.protocol = websocket ? "ws-flv" : "http-flv";
  line.address = admission.address;
  line.viewer = admission.viewer;
  line.vouched = admission.vouched;
  return line;
}

HttpResponse refusal_of(Error why, const std::string& stream) {
  if (why.kind != ErrorKind::not_found) return to_response(Problem(why));
  return to_response(Problem{ErrorKind::not_found, "media.not_live",
                             "Nobody is publishing the stream " + stream + " right now."});
}

}  // namespace

FlvEgress::FlvEgress(Cores& cores, StreamDirectory& directory, ViewerBook& book)
    : cores_(cores), directory_(directory), book_(book) {
  for (int core = 0; core < cores.count(); ++core) per_core_.push_back(std::make_unique<PerCore>());
}

Task<void> FlvEgress::serve(FlvAdmission admission, std::unique_ptr<Connection> connection) {
  Core& core = connection->core();
  PerCore& here = *per_core_[static_cast<size_t>(core.index())];
  auto pass = here.gate.enter();
  if (!pass) co_return;
  const bool websocket = connection->wants_websocket();
  ViewerLine line = line_of(admission, websocket);
  auto joined = co_await directory_.join(admission.stream,
                                         websocket ? WireFormat::flv_websocket : WireFormat::flv, core);
  if (!joined) {
    HttpResponse refusal = refusal_of(joined.error(), admission.stream);
    const auto refused = co_await connection->respond(std::move(refusal));
    static_cast<void>(refused);
    co_return;
  }
  auto answered = co_await answer_flv(connection.get(), std::move(admission.origins));
  if (!answered) co_return;
  const auto viewer = std::make_shared<FlvViewer>(core, *std::move(answered), *std::move(pass));
  here.viewers.insert(viewer);
  viewer->enter(book_, std::move(line));
  viewer->begin(*std::move(joined),
                [&here, viewer = std::weak_ptr(viewer)] { here.viewers.erase(viewer.lock()); });
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
  for (const auto& viewer : here->viewers) viewer->close();
  co_await here->gate.close(kCutTime);
}

}  // namespace vitrine
