// Where configuration comes from: the declared defaults, then the file, then VITRINE_* in the
// environment, then flags; each later one wins. Unknown keys and values out of range are errors.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/config.h"

namespace vitrine {

struct SettingSources {
  std::string file;  // TOML; empty: none
  bool file_must_exist = false;
  std::vector<std::string> environment{};                  // "NAME=value" as in environ
  std::vector<std::pair<std::string, std::string>> flags;  // key, value
};

// Every key of the program and its modules.
std::vector<ConfigKey> all_config_keys();

// This process's environment, as SettingSources takes it.
std::vector<std::string> process_environment();

std::variant<Config, ConfigFault> load_settings(const SettingSources& sources);

// The annotated TOML of all keys: config/vitrine.toml. With `config`, its values instead of defaults.
std::string settings_toml(const Config& config);
// One line a key: value, origin, unit, range, help. Secrets are shown as ***.
std::string settings_table(const Config& config);
std::string settings_json(const Config& config);

}  // namespace vitrine
