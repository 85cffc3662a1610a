#include "base/config.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"

namespace vitrine {
namespace {

ConfigValue initial_value(const ConfigKey& key) {
  return std::visit(
      [](const auto& k) -> ConfigValue {
        using K = std::decay_t<decltype(k)>;
        if constexpr (std::is_same_v<K, IntegerKey>) return k.initial;
        if constexpr (std::is_same_v<K, FlagKey>) return k.initial;
        if constexpr (std::is_same_v<K, TextKey>) return std::string(k.initial);
        if constexpr (std::is_same_v<K, ListKey>) {
          std::vector<std::string> items;
          std::string_view rest = k.initial;
          while (!rest.empty()) {
            const size_t comma = rest.find(',');
            items.emplace_back(rest.substr(0, comma));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
          }
          return items;
        }
      },
      key);
}

std::string range_of(const IntegerKey& key) {
  return std::to_string(key.min) + " to " + std::to_string(key.max) + " " + std::string(key.unit);
}

std::optional<ConfigValue> parse(const ConfigKey& key, std::string_view text, std::string& wanted) {
  if (const auto* integer = std::get_if<IntegerKey>(&key)) {
    wanted = "a whole number, " + range_of(*integer);
    int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
  if (std::holds_alternative<FlagKey>(key)) {
    wanted = "true or false";
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
  }
  if (std::holds_alternative<TextKey>(key)) return std::string(text);
  return initial_value(ListKey{"", text, Reload::live, ""});
}

}  // namespace

std::string_view name_of(const ConfigKey& key) {
  return std::visit([](const auto& k) { return k.name; }, key);
}

Config::Config(std::vector<ConfigKey> keys) : keys_(std::move(keys)) {
  for (const auto& key : keys_) {
    const bool fresh = values_.emplace(name_of(key), initial_value(key)).second;
    check(fresh, "a configuration key is declared twice");
    origins_.emplace(name_of(key), "default");
  }
}

int64_t Config::get(const IntegerKey& key) const {
  return std::get<int64_t>(value(key.name));
}
bool Config::get(const FlagKey& key) const {
  return std::get<bool>(value(key.name));
}
std::string Config::get(const TextKey& key) const {
  return std::get<std::string>(value(key.name));
}
std::vector<std::string> Config::get(const ListKey& key) const {
  return std::get<std::vector<std::string>>(value(key.name));
}

const ConfigValue& Config::value(std::string_view name) const {
  const auto found = values_.find(name);
  check(found != values_.end(), "a configuration key that was never declared");
  return found->second;
}

std::string_view Config::origin(std::string_view name) const {
  const auto found = origins_.find(name);
  return found == origins_.end() ? std::string_view() : std::string_view(found->second);
}

const ConfigKey* Config::find(std::string_view name) const {
  for (const auto& key : keys_) {
    if (name_of(key) == name) return &key;
  }
  return nullptr;
}

std::optional<ConfigFault> Config::set_text(std::string_view name, std::string_view text,
                                            std::string_view origin) {
  const ConfigKey* key = find(name);
  if (key == nullptr) return ConfigFault{fmt::format("{}: unknown key {}", origin, name)};
  std::string wanted;
  auto parsed = parse(*key, text, wanted);
  if (!parsed) return ConfigFault{fmt::format("{}: {} = {} must be {}", origin, name, text, wanted)};
  return set_value(name, std::move(*parsed), origin);
}

std::optional<ConfigFault> Config::set_value(std::string_view name, ConfigValue value,
                                             std::string_view origin) {
  const ConfigKey* key = find(name);
  if (key == nullptr) return ConfigFault{fmt::format("{}: unknown key {}", origin, name)};
  if (value.index() != initial_value(*key).index()) {
    return ConfigFault{fmt::format("{}: {} has the wrong type", origin, name)};
  }
  if (const auto* integer = std::get_if<IntegerKey>(key)) {
    const int64_t number = std::get<int64_t>(value);
    if (number < integer->min || number > integer->max) {
      return ConfigFault{
          fmt::format("{}: {} = {} is out of range, {}", origin, name, number, range_of(*integer))};
    }
  }
  values_.find(name)->second = std::move(value);
  origins_.find(name)->second = origin;
  return std::nullopt;
}

std::string environment_name(std::string_view key) {
  std::string out = "VITRINE_";
  for (const char c : key) {
    out += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace vitrine
