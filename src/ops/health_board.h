// How each module is, gathered in one place for /readyz, GET /v1/status and `vitrine doctor`.
//
// Owns    one line a module: its name and the question to ask.
// Thread  add() before requests come; everything else from any.
// Never   keeps an answer: each look asks again, so a module that recovers shows at once.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/guarded.h"

namespace vitrine {

enum class HealthState : uint8_t { ready, failed, unavailable };
constexpr std::array<std::string_view, 3> enum_names(HealthState) {
  return {"ready", "failed", "unavailable"};
}

struct ModuleHealth {
  std::string name;
  HealthState state = HealthState::ready;
  std::string reason;  // empty when ready
};

class HealthBoard {
 public:
  // Why a module cannot serve now, or empty: Module::trouble(). Called from any thread.
  using Trouble = std::function<std::optional<std::string>()>;

  void add(std::string name, Trouble trouble);
  // The module did not start and is not asked any more.
  void failed(std::string name, std::string reason);
  // The program is ending: not ready, whatever the modules say.
  void drain() { draining_ = true; }

  std::vector<ModuleHealth> look() const;
  // Every module is ready and the program is not ending.
  bool ready(const std::vector<ModuleHealth>& modules) const;
  bool draining() const { return draining_; }

 private:
  struct Line {
    std::string name;
    Trouble trouble;
    std::optional<std::string> failure;
  };
  Guarded<std::vector<Line>> lines_;
  std::atomic<bool> draining_{false};
};

}  // namespace vitrine
