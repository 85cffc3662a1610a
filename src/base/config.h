// Configuration keys, declared once beside the code that uses them:
//
//   inline constexpr IntegerKey kGraceMs{"media.grace_ms", "ms", 15'000, 0, 600'000, Reload::live,
//                                        "how long viewers stay attached after the publisher drops"};
//   const int64_t grace = config.get(kGraceMs);
//
// The file (TOML), the environment (VITRINE_MEDIA_GRACE_MS), flags (--set media.grace_ms=5000),
// `vitrine config` and config/vitrine.toml all come from that declaration.
//
// Owns    Config is one immutable snapshot; a reload makes a new one.
// Thread  any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vitrine {

enum class Reload : uint8_t { live, restart };

struct IntegerKey {
  std::string_view name;
  std::string_view unit;
  int64_t initial;
  int64_t min;
  int64_t max;
  Reload reload;
  std::string_view help;
};
struct FlagKey {
  std::string_view name;
  bool initial;
  Reload reload;
  std::string_view help;
};
struct TextKey {
  std::string_view name;
  std::string_view initial;
  Reload reload;
  std::string_view help;
  bool secret = false;  // shown as *** by `vitrine config`
};
struct ListKey {
  std::string_view name;  // values separated by commas in environment and flags
  std::string_view initial;
  Reload reload;
  std::string_view help;
};
using ConfigKey = std::variant<IntegerKey, FlagKey, TextKey, ListKey>;
using ConfigValue = std::variant<int64_t, bool, std::string, std::vector<std::string>>;

std::string_view name_of(const ConfigKey& key);

// What is wrong, in one sentence that names key, value and range.
struct ConfigFault {
  std::string what;
};

class Config {
 public:
  // A snapshot of every key's initial value.
  explicit Config(std::vector<ConfigKey> keys);

  int64_t get(const IntegerKey& key) const;
  bool get(const FlagKey& key) const;
  std::string get(const TextKey& key) const;
  std::vector<std::string> get(const ListKey& key) const;

  // Sets a key from text (environment, flag). Empty when it was taken.
  std::optional<ConfigFault> set_text(std::string_view name, std::string_view value, std::string_view origin);
  // Sets a key from an already typed value (file).
  std::optional<ConfigFault> set_value(std::string_view name, ConfigValue value, std::string_view origin);

  const std::vector<ConfigKey>& keys() const { return keys_; }
  const ConfigValue& value(std::string_view name) const;
  // Where the value came from: "default", "file:...", "environment", "flag".
  std::string_view origin(std::string_view name) const;

 private:
  const ConfigKey* find(std::string_view name) const;

  std::vector<ConfigKey> keys_;
  std::map<std::string, ConfigValue, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> origins_;
};

// "media.grace_ms" -> "VITRINE_MEDIA_GRACE_MS".
std::string environment_name(std::string_view key);

}  // namespace vitrine
