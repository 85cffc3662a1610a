// The rooms module's configuration keys.
#pragma once

#include <vector>

#include "base/config.h"

namespace vitrine {

inline constexpr IntegerKey kChatChars{"rooms.chat_chars", "characters",           200, 1, 2'000,
                                       Reload::live,       "the longest chat line"};
inline constexpr IntegerKey kChatIntervalMs{
    "rooms.chat_interval_ms", "ms", 2'000, 0, 600'000, Reload::live, "one chat line a viewer in this time"};
inline constexpr IntegerKey kChatBurst{
    "rooms.chat_burst", "lines", 3, 1, 100, Reload::live, "lines a viewer who was quiet may send at once"};
inline constexpr IntegerKey kChatPerSecond{
    "rooms.chat_per_second",
    "lines",
    20,
    1,
    100'000,
    Reload::live,
    "chat lines a second that a room's viewers are sent; of more, a fair sample"};
inline constexpr IntegerKey kResumeEvents{"rooms.resume_events",
                                          "events",
                                          2'000,
                                          10,
                                          100'000,
                                          Reload::restart,
                                          "numbered events a room keeps in memory for viewers who come back"};
inline constexpr IntegerKey kLagMs{"rooms.lag_ms",
                                   "ms",
                                   5'000,
                                   500,
                                   600'000,
                                   Reload::restart,
                                   "how far a viewer's chat may fall behind before it starts anew"};
inline constexpr IntegerKey kInterruptedSeconds{
    "rooms.interrupted_s",
    "s",
    300,
    0,
    86'400,
    Reload::live,
    "how long a live session waits for its picture to come back before it ends"};
inline constexpr ListKey kAllowedOrigins{
    "rooms.allowed_origins", "", Reload::live,
    "other origins (https://shop.example) whose pages may open a room's socket"};

inline std::vector<ConfigKey> rooms_config_keys() {
  return {kChatChars,    kChatIntervalMs, kChatBurst,          kChatPerSecond,
          kResumeEvents, kLagMs,          kInterruptedSeconds, kAllowedOrigins};
}

}  // namespace vitrine
