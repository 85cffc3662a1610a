// Checks what Vitrine needs from this machine and from its own data, and says how to mend each.
#pragma once

#include <string>
#include <vector>

#include "base/config.h"

namespace vitrine {

struct Finding {
  enum class State : uint8_t { ok, warn, fail };
  std::string name;  // "http port"
  State state = State::ok;
  std::string what;  // one sentence
  std::string mend;  // what to do; empty when nothing is needed
};

// Ports, disk, descriptors, clock, certificate, the codec program. `ports_are_ours`: a server of ours runs on
// this data directory, so taken ports are as they should be.
std::vector<Finding> examine_machine(const Config& config, const std::string& data, bool ports_are_ours);

std::string findings_text(const std::vector<Finding>& findings);
std::string findings_json(const std::vector<Finding>& findings);
bool any_failed(const std::vector<Finding>& findings);

// The vitrine-codec program beside this one; empty when it is not there.
std::string codec_program();

}  // namespace vitrine
