// What ops' routes take and answer, as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "ops/health_board.h"

namespace vitrine {

struct CapabilitiesView {
  bool selling = true;
  bool chat = true;
  static constexpr std::string_view schema_name = "Capabilities";
  static constexpr auto fields() {
    return std::tuple{field("selling", &CapabilitiesView::selling), field("chat", &CapabilitiesView::chat)};
  }
};
struct CapabilitiesBody {
  std::optional<bool> selling, chat;
  static constexpr std::string_view schema_name = "CapabilitiesChange";
  static constexpr auto fields() {
    return std::tuple{field("selling", &CapabilitiesBody::selling), field("chat", &CapabilitiesBody::chat)};
  }
};

struct ModuleView {
  std::string name;
  HealthState state = HealthState::ready;
  std::optional<std::string> reason;
  static constexpr std::string_view schema_name = "ModuleStatus";
  static constexpr auto fields() {
    return std::tuple{field("name", &ModuleView::name), field("state", &ModuleView::state),
                      field("reason", &ModuleView::reason)};
  }
};
struct StatusView {
  std::vector<ModuleView> modules;
  std::string version;
  static constexpr std::string_view schema_name = "Status";
  static constexpr auto fields() {
    return std::tuple{field("modules", &StatusView::modules), field("version", &StatusView::version)};
  }
};
struct ReadyView {
  bool ready = false;
  bool draining = false;
  std::vector<ModuleView> modules;
  static constexpr std::string_view schema_name = "Ready";
  static constexpr auto fields() {
    return std::tuple{field("ready", &ReadyView::ready), field("draining", &ReadyView::draining),
                      field("modules", &ReadyView::modules)};
  }
};
struct AliveView {
  bool alive = true;
  static constexpr std::string_view schema_name = "Alive";
  static constexpr auto fields() { return std::tuple{field("alive", &AliveView::alive)}; }
};

inline std::vector<ModuleView> to_views(const std::vector<ModuleHealth>& modules) {
  std::vector<ModuleView> views;
  for (const auto& module : modules) {
    ModuleView& view = views.emplace_back(module.name, module.state, std::nullopt);
    if (!module.reason.empty()) view.reason = module.reason;
  }
  return views;
}

}  // namespace vitrine
