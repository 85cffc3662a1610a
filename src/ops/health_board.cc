#include "ops/health_board.h"

namespace vitrine {

void HealthBoard::add(std::string name, Trouble trouble) {
  lines_.with([&](auto& lines) { lines.push_back({std::move(name), std::move(trouble), std::nullopt}); });
}

void HealthBoard::failed(std::string name, std::string reason) {
  lines_.with([&](auto& lines) {
    for (auto& line : lines) {
      if (line.name != name) continue;
      line.failure = reason;
      return;
    }
    lines.push_back({std::move(name), {}, std::move(reason)});
  });
}

std::vector<ModuleHealth> HealthBoard::look() const {
  // Asked outside the lock: a slow answer must not hold up who reports a failure.
  const auto lines = lines_.with([](const auto& all) { return all; });
  std::vector<ModuleHealth> modules;
  for (const auto& line : lines) {
    ModuleHealth& health = modules.emplace_back();
    health.name = line.name;
    if (line.failure) {
      health.state = HealthState::failed;
      health.reason = *line.failure;
    } else if (auto why = line.trouble ? line.trouble() : std::nullopt) {
      health.state = HealthState::unavailable;
      health.reason = std::move(*why);
    }
  }
  return modules;
}

bool HealthBoard::ready(const std::vector<ModuleHealth>& modules) const {
  return !draining_ &&
         std::ranges::all_of(modules, [](const auto& module) { return module.state == HealthState::ready; });
}

}  // namespace vitrine
