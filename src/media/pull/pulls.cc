#include "media/pull/pulls.h"

namespace vitrine {
namespace {

constexpr Milliseconds kLook{10};  // how often is looked whether one has gone

}  // namespace

Pulls::Pulls(Cores& cores, Puller::Uses uses) : cores_(cores), uses_(std::move(uses)) {
  for (int core = 0; core < cores.count(); ++core) per_core_.push_back(std::make_unique<PerCore>());
}

void Pulls::start(PullOrder order) {
  Core& home = cores_.home_of(order.stream);
  home.spawn(run(std::move(order)));
}

Task<void> Pulls::run(PullOrder order) {
  PerCore& here = at(*Core::current());
  const auto pass = here.gate.enter();
  if (!pass) co_return;
  const PullId id = order.id;
  for (auto found = here.pullers.find(id); found != here.pullers.end(); found = here.pullers.find(id)) {
    if (!found->second->closing() || here.gate.closed()) co_return;  // under way already
    co_await sleep_for(kLook);
  }
  auto& puller = here.pullers[id];
  puller = std::make_unique<Puller>(*Core::current(), std::move(order), uses_);
  co_await puller->run();
  here.pullers.erase(id);
}

Task<void> Pulls::remove(PullId id, std::string stream) {
  co_await on_core(cores_.home_of(stream), remove_here(id));
}

Task<void> Pulls::remove_here(PullId id) {
  constexpr int kLooks = 200;
  PerCore& here = at(*Core::current());
  for (int look = 0; look < kLooks; ++look) {
    const auto found = here.pullers.find(id);
    if (found == here.pullers.end()) co_return;
    found->second->close();
    co_await sleep_for(kLook);
  }
}

Task<std::optional<PullView>> Pulls::view(PullId id, std::string stream) {
  co_return co_await on_core(cores_.home_of(stream), view_here(id));
}

Task<std::optional<PullView>> Pulls::view_here(PullId id) {
  const PerCore& here = at(*Core::current());
  const auto found = here.pullers.find(id);
  if (found == here.pullers.end()) co_return std::nullopt;
  co_return found->second->view();
}

Task<void> Pulls::close(Milliseconds time) {
  for (int core = 0; core < cores_.count(); ++core) {
    auto work = close_here(time);
    co_await on_core(cores_.at(core), std::move(work));
  }
}

Task<void> Pulls::close_here(Milliseconds time) {
  PerCore& here = at(*Core::current());
  for (const auto& [id, puller] : here.pullers) puller->close();
  co_await here.gate.close(time);
}

}  // namespace vitrine
