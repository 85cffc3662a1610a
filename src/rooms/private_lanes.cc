#include "rooms/private_lanes.h"

namespace vitrine {
namespace {

constexpr size_t kSweepAt = 64;  // lists longer than this are swept before they grow

void forget_closed(std::vector<std::weak_ptr<PrivateLane>>& lanes) {
  std::erase_if(lanes, [](const auto& lane) { return lane.expired(); });
}

}  // namespace

void PrivateLanes::add(const std::string& viewer, const std::shared_ptr<PrivateLane>& lane) {
  lanes_.with([&](Lanes& all) {
    if (all.size() % kSweepAt == 0) {
      std::erase_if(all, [](const auto& entry) {
        return std::ranges::all_of(entry.second, [](const auto& kept) { return kept.expired(); });
      });
    }
    auto& own = all[viewer];
    forget_closed(own);
    own.push_back(lane);
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
