#include "ops/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "ops/config.h"

namespace vitrine {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double open_fds() {
  std::error_code failed;
  auto entry = std::filesystem::directory_iterator("/proc/self/fd", failed);
  if (failed) return 0;
  // The listing itself is one of them.
  return static_cast<double>(std::distance(entry, std::filesystem::directory_iterator()) - 1);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double max_fds() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

ProcessMetrics::ProcessMetrics(prometheus::Registry& registry)
    : registry_(registry),
      open_fds_(gauge(registry, "vitrine_process_open_fds", "Open file descriptors")),
      max_fds_(gauge(registry, "vitrine_process_max_fds", "How many descriptors may be open")),
      resident_bytes_(gauge(registry, "vitrine_process_resident_memory_bytes", "Resident memory")),
      cpu_seconds_(counter(registry, "vitrine_process_cpu_seconds_total", "Processor time used")) {}

void ProcessMetrics::watch(Cores& cores, const Clock& clock) {
  const std::vector<double> bounds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};
  for (int index = 0; index < cores.count(); ++index) {
    auto& lag = histogram(registry_, "vitrine_loop_lag_seconds", "How late a core's loop ran a timer",
                          {{"core", std::to_string(index)}}, bounds);
    cores.at(index).spawn(watch_loop(&clock, &lag));
  }
}

Task<void> ProcessMetrics::watch_loop(const Clock* clock, prometheus::Histogram* lag) {
  while (true) {
    const Milliseconds every(Core::current()->config().get(kLoopLagMs));
    const MonotonicTime before = clock->monotonic();
    co_await sleep_for(every);
    const Microseconds late = clock->monotonic() - before - every;
    observe(*lag, std::max(0.0, std::chrono::duration<double>(late).count()));
  }
}

void ProcessMetrics::sample() {
  set(open_fds_, open_fds());
  set(max_fds_, max_fds());
  set(resident_bytes_, resident_bytes());
  const double now = cpu_seconds();
  cpu_seen_.with([&](double& seen) {
    add(cpu_seconds_, std::max(0.0, now - seen));
    seen = std::max(seen, now);
  });
}

}  // namespace vitrine
