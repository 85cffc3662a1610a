#include "base/clock.h"

#include <ctime>
#include <fstream>
#include <functional>
#include <string>

namespace vitrine {
namespace {

Microseconds read(clockid_t which) {
  timespec now{};
  clock_gettime(which, &now);
  return std::chrono::seconds(now.tv_sec) + Microseconds(now.tv_nsec / 1000);
}

}  // namespace

SystemClock::SystemClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  boot_id_ = std::hash<std::string>{}(text);
}

MonotonicTime SystemClock::monotonic() const {
  return {read(CLOCK_MONOTONIC)};
}

WallTime SystemClock::wall() const {
  return {std::chrono::duration_cast<Milliseconds>(read(CLOCK_REALTIME)).count()};
}

BootTime SystemClock::boot() const {
  return {std::chrono::duration_cast<Milliseconds>(read(CLOCK_BOOTTIME)).count(), boot_id_};
}

}  // namespace vitrine
