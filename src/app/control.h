// How a command reaches a running server (docs/decisions/0005-commands-over-the-ops-port.md): the server
// leaves DATA/control.json with its ops port and a fresh token; the command posts to that port.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"

namespace vitrine {

struct ControlDoor {
  uint16_t port = 0;  // of 127.0.0.1
  std::string token;
};

// Writes DATA/control.json, readable by its owner only. Errors: `unavailable` "control.file".
Result<void> write_control_door(const std::string& data, const ControlDoor& door);
// The door of the server that holds `data`; empty when there is none.
std::optional<ControlDoor> read_control_door(const std::string& data);
void remove_control_door(const std::string& data);

struct ControlAnswer {
  int status = 0;
  std::string body;
};

// One request to the ops port of this machine. Blocks, `answer_within` at most. Errors: `unavailable`
// "control.no_answer".
Result<ControlAnswer> ask_ops_port(const ControlDoor& door, const std::string& method,
                                   const std::string& path, const std::string& body,
                                   std::chrono::seconds answer_within = std::chrono::seconds(30));

}  // namespace vitrine
