#include "rooms/private_lanes.h"

namespace vitrine {

void PrivateLanes::add(const std::string& viewer, const std::shared_ptr<PrivateLane>& lane) {
  lanes_.with([&](Lanes& all) { all[viewer].push_back(lane); });
}

void PrivateLanes::remove(const std::string& viewer, const std::shared_ptr<PrivateLane>& lane) {
  lanes_.with([&](Lanes& all) {
    const auto found = all.find(viewer);
    if (found == all.end()) return;
    std::erase_if(found->second, [&](const auto& kept) { return kept.lock() == lane; });
    if (found->second.empty()) all.erase(found);
  });
}

void PrivateLanes::send(const std::string& viewer, const std::string& event, const std::string& room) {
  auto own = lanes_.with([&](const Lanes& all) {
    const auto found = all.find(viewer);
    return found == all.end() ? std::vector<std::weak_ptr<PrivateLane>>() : found->second;
  });
  for (const auto& weak : own) {
    auto lane = weak.lock();
    if (!lane || (!room.empty() && lane->room != room)) continue;
    Core& core = lane->core;
    core.post([lane = std::move(lane), event] {
      if (lane->send) lane->send("[" + event + "]");
    });
  }
}

}  // namespace vitrine
