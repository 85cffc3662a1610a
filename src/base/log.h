// Structured logs: one line an event, a dotted name and fields, to standard error.
//   log_info("media.publish_started", {{"stream", name}, {"address", peer}});
// gives  2026-11-22T11:31:17.123Z info media.publish_started stream=demo address=127.0.0.1
// Field values are escaped, so input cannot forge a line. Stream keys, tokens, cookies, codes and
// personal data are never passed as fields.
//
// Thread  any.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace vitrine {

enum class LogLevel : uint8_t { debug, info, warn, error, off };

struct LogField {
  std::string_view key;
  std::string value;
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <std::integral T>
  LogField(std::string_view k, T v) : key(k), value(std::to_string(v)) {}
};

void set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields);

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::info, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::warn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log_line(LogLevel::error, event, fields);
}

}  // namespace vitrine
