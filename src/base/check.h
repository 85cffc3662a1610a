// check(): stops the process when memory or logic is in doubt. Always on. Never called on input:
// what a peer, a file or a person may send wrong is a Result.
#pragma once

#include <source_location>

namespace vitrine {

[[noreturn]] void check_failed(const char* why, std::source_location where);

inline void check(bool ok, const char* why, std::source_location where = std::source_location::current()) {
  if (!ok) [[unlikely]]
    check_failed(why, where);
}

}  // namespace vitrine
