// What every module is to the program: something that starts, says how it is, drains and stops.
// app/modules.cc holds the one table of them.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace vitrine {

class Module {
 public:
  virtual ~Module() = default;
  // Opens what the module owns. A failure makes this module `unavailable`; the others go on.
  virtual Result<void> start() = 0;
  // Takes no new work; what runs may finish.
  virtual void drain() = 0;
  // After drain: closes everything. No code of the module runs afterwards.
  virtual void stop() = 0;
  // Why it cannot serve now, in a few words for /readyz; empty when it can.
  virtual std::optional<std::string> trouble() const = 0;
};

}  // namespace vitrine
