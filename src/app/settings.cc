#include "app/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <filesystem>

#include "app/config.h"

extern char** environ;

namespace vitrine {
namespace {

std::optional<ConfigFault> apply_node(Config& config, const std::string& key, const toml::node& node,
                                      const std::string& origin) {
  if (const auto* table = node.as_table()) {
    for (const auto& [name, child] : *table) {
      const std::string below = key.empty() ? std::string(name.str()) : key + "." + std::string(name.str());
      if (auto fault = apply_node(config, below, child, origin)) return fault;
    }
    return std::nullopt;
  }
  if (const auto integer = node.value_exact<int64_t>()) return config.set_value(key, *integer, origin);
  if (const auto flag = node.value_exact<bool>()) return config.set_value(key, *flag, origin);
  if (const auto text = node.value_exact<std::string>()) return config.set_value(key, *text, origin);
  if (const auto* array = node.as_array()) {
    std::vector<std::string> items;
    for (const auto& item : *array) {
      const auto text = item.value_exact<std::string>();
      if (!text) return ConfigFault{fmt::format("{}: {} must list strings", origin, key)};
      items.push_back(*text);
    }
    return config.set_value(key, std::move(items), origin);
  }
  return ConfigFault{fmt::format("{}: {} has the wrong type", origin, key)};
}

std::optional<ConfigFault> apply_file(Config& config, const SettingSources& sources) {
  if (sources.file.empty()) return std::nullopt;
  if (!std::filesystem::exists(sources.file)) {
    if (!sources.file_must_exist) return std::nullopt;
    return ConfigFault{fmt::format("file {}: is not there", sources.file)};
  }
  try {
    const toml::table table = toml::parse_file(sources.file);
    return apply_node(config, "", table, "file " + sources.file);
  } catch (const toml::parse_error& error) {
    return ConfigFault{
        fmt::format("file {}, line {}: {}", sources.file, error.source().begin.line, error.description())};
  }
}

std::optional<ConfigFault> apply_environment(Config& config, const SettingSources& sources) {
  // VITRINE_BIN and the like belong to scripts; only a name we do not know is worth a word.
  static constexpr std::string_view kOthers[] = {"VITRINE_BIN", "VITRINE_PARENT"};
  for (const std::string& entry : sources.environment) {
    if (!entry.starts_with("VITRINE_")) continue;
    const size_t equals = entry.find('=');
    const std::string name = entry.substr(0, equals);
    if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) continue;
    std::string_view key;
    for (const auto& known : config.keys()) {
      if (environment_name(name_of(known)) == name) key = name_of(known);
    }
    if (key.empty()) return ConfigFault{fmt::format("environment: unknown key {}", name)};
    if (auto fault = config.set_text(key, entry.substr(equals + 1), "environment " + name)) return fault;
  }
  return std::nullopt;
}

std::optional<ConfigFault> check_log_level(const Config& config) {
  const std::string level = config.get(kLogLevel);
  if (std::find(kLogLevels.begin(), kLogLevels.end(), level) != kLogLevels.end()) return std::nullopt;
  return ConfigFault{fmt::format("{}: {} = {} must be {}", config.origin(kLogLevel.name), kLogLevel.name,
                                 level, kLogLevel.help)};
}

bool is_secret(const ConfigKey& key) {
  const auto* text = std::get_if<TextKey>(&key);
  return text != nullptr && text->secret;
}

std::string value_as_toml(const ConfigKey& key, const ConfigValue& value) {
  if (is_secret(key) && !std::get<std::string>(value).empty()) return "\"***\"";
  if (const auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  std::string out = "[";
  for (const auto& item : std::get<std::vector<std::string>>(value)) {
    out += fmt::format("{}\"{}\"", out.size() > 1 ? ", " : "", item);
  }
  return out + "]";
}

std::string describe(const ConfigKey& key) {
  return std::visit(
      [](const auto& k) -> std::string {
        const std::string_view reload = k.reload == Reload::live ? "on reload" : "at restart";
        if constexpr (std::is_same_v<std::decay_t<decltype(k)>, IntegerKey>) {
          return fmt::format("{} ({}, {} to {}; takes effect {})", k.help, k.unit, k.min, k.max, reload);
        } else {
          return fmt::format("{} (takes effect {})", k.help, reload);
        }
      },
      key);
}

}  // namespace

std::vector<ConfigKey> program_config_keys() {
  return {kHttpPort, kRtmpPort, kRtcPort, kOpsPort, kBind, kCores, kLogLevel, kDatabaseUrl, kDrainMs};
}

std::vector<std::string> process_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) out.emplace_back(*entry);
  return out;
}

std::variant<Config, ConfigFault> load_settings(const SettingSources& sources) {
  Config config(all_config_keys());
  if (auto fault = apply_file(config, sources)) return *fault;
  if (auto fault = apply_environment(config, sources)) return *fault;
  for (const auto& [key, value] : sources.flags) {
    if (auto fault = config.set_text(key, value, "flag")) return *fault;
  }
  if (auto fault = check_log_level(config)) return *fault;
  return config;
}

std::string settings_toml(const Config& config) {
  std::string out =
      "# Every key of Vitrine with its default. Generated: a test keeps this file equal to the code.\n"
      "# Copy it to DATA/vitrine.toml and change what you need; VITRINE_SECTION_KEY in the environment and\n"
      "# --set section.key=value win over it.\n";
  for (const auto& key : config.keys()) {
    const std::string_view name = name_of(key);
    out += fmt::format("\n# {}\n{} = {}\n", describe(key), name, value_as_toml(key, config.value(name)));
  }
  return out;
}

std::string settings_table(const Config& config) {
  std::string out;
  for (const auto& key : config.keys()) {
    const std::string_view name = name_of(key);
    out += fmt::format("{} = {}  [{}]\n    {}\n", name, value_as_toml(key, config.value(name)),
                       config.origin(name), describe(key));
  }
  return out;
}

std::string settings_json(const Config& config) {
  boost::json::object out;
  for (const auto& key : config.keys()) {
    const std::string_view name = name_of(key);
    boost::json::value value;
    if (is_secret(key)) {
      value = "***";
    } else {
      std::visit([&](const auto& v) { value = boost::json::value_from(v); }, config.value(name));
    }
    out[name] = boost::json::object{{"value", value}, {"origin", config.origin(name)}};
  }
  return boost::json::serialize(out);
}

}  // namespace vitrine
