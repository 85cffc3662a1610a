// What the user typed, checked: which command, with which options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitrine {

struct Invocation {
  std::string command;  // "serve", "user create", ...
  std::string data = "./data";
  std::string config_file;                                    // empty: DATA/vitrine.toml if it is there
  std::vector<std::pair<std::string, std::string>> settings;  // flags as configuration keys
  std::vector<std::string> modules;                           // empty: all
  std::string ready_file;
  bool json = false;
  bool toml = false;
  bool yes_sandbox = false;
  bool lan = false;
  bool publisher = true;  // demo: push the demo stream
  // Arguments of the commands that change things.
  std::string name;  // user NAME, key/stream STREAM, room ROOM
  std::string role;
  std::string title;
  std::string host_name;
  std::string head;      // ledger verify: the head it must end at
  std::string backup;    // the folder that backup makes and restore reads
  std::string manifest;  // restore: the digest that backup printed
  std::string label;
  std::string key_id;
  std::string url;      // pull add
  std::string pull_id;  // pull pause, resume, remove
  std::string whom = "publisher";
  std::string viewer_id;
  std::string play;
  std::string address;
  std::optional<int64_t> expires_s;
  std::optional<int64_t> overlap_s;
};

// The invocation, or the exit status after help or an error has been printed.
struct ParsedCommandLine {
  std::optional<Invocation> invocation;
  int exit_status = 0;
};

ParsedCommandLine parse_command_line(int count, const char* const* words);

}  // namespace vitrine
