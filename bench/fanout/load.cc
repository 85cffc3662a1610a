// Many viewers in one process: they ask for a stream, read and throw away, and say what came and what the
// server spent for it.
//
//   fanout_load --port P --rtmp-port P --path PATH --server PID --expected BYTES_PER_SECOND
//     [--protocol flv|ws|rtmp|https]
//     [--viewers N] [--streams K]     PATH's %d becomes 0 to K-1, N viewers in all
//     [--seconds S] [--settle S] [--joins PER_SECOND]
//     [--watch]                       look at every tag: latency, skips, holes
//     [--slow SHARE --slow-bytes B]   so many read only B bytes a second
//     [--stalled SHARE]               so many read nothing once they have their first picture
//     [--churn PER_SECOND]            so many leave and come again
// prints one line: key=value ...
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <sstream>

#include "viewer.h"

namespace {

using bench::Clock;
using bench::Protocol;
using bench::Viewer;

constexpr size_t kReadMost = 1 << 20;
constexpr auto kSlowEvery = std::chrono::milliseconds(50);
constexpr int kSlowReceiveBuffer = 32 * 1024;

double seconds_since(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

struct Options {
  std::map<std::string, std::string> values;

  Options(int argc, char** argv) {
    for (int at = 1; at < argc; ++at) {
      const std::string name = argv[at];
      const bool flag = at + 1 == argc || std::string_view(argv[at + 1]).starts_with("--");
      values[name] = flag ? "1" : argv[++at];
    }
  }
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : found->second;
  }
  double number(const std::string& name, double otherwise) const {
    const std::string value = text(name);
    return value.empty() ? otherwise : std::atof(value.c_str());
  }
};

// What a process has used so far: seconds of CPU, by thread.
std::map<std::string, double> cpu_of(const std::string& pid) {
  std::map<std::string, double> out;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task", gone)) {
    std::ifstream in(task.path() / "schedstat");
    double ns = 0;
    in >> ns;
    out[task.path().filename()] = ns / 1e9;
  }
  return out;
}

struct Ticks {
  double user = 0;
  double system = 0;

  explicit Ticks(const std::string& pid) {
    std::ifstream in("/proc/" + pid + "/stat");
    std::string line;
    std::getline(in, line);
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string skipped;
    for (int at = 0; at < 11; ++at) fields >> skipped;
    fields >> user >> system;
  }
};

double own_cpu_s() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double percentile(std::vector<float>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(static_cast<double>(sorted.size()) * share))];
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        watch_(!options.text("--watch").empty()),
        path_(options.text("--path")),
        streams_(static_cast<int>(options.number("--streams", 1))),
        buffer_(kReadMost) {
    const std::string protocol = options.text("--protocol", "flv");
    target_.protocol = protocol == "ws"      ? Protocol::ws
                       : protocol == "rtmp"  ? Protocol::rtmp
                       : protocol == "https" ? Protocol::https
                                             : Protocol::flv;
    const bool rtmp = target_.protocol == Protocol::rtmp;
    target_.port = static_cast<int>(options.number(rtmp ? "--rtmp-port" : "--port", 0));
    if (target_.protocol != Protocol::https) return;
    target_.tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_read_ahead(target_.tls, 1);
  }

  int run() {
    const auto count = static_cast<size_t>(options_.number("--viewers", 1'000));
    join_all(count, options_.number("--joins", 500));
    read_for(options_.number("--settle", 3));
    begin_window();
    const std::string pid = options_.text("--server");
    const auto cpu_before = cpu_of(pid);
    const Ticks ticks_before(pid);
    const double own_before = own_cpu_s();
    const auto began = Clock::now();
    read_for(options_.number("--seconds", 10));
    const double seconds = seconds_since(began);
    const Ticks ticks(pid);
    const double user = ticks.user - ticks_before.user;
    const double all = user + ticks.system - ticks_before.system;
    std::printf("load_percent=%.1f user_share=%.2f ", 100 * (own_cpu_s() - own_before) / seconds,
                user / std::max(1.0, all));
    print(seconds, cpu_before, cpu_of(pid));
    return lost_ > 0 && watch_ ? 1 : 0;
  }

 private:
  void join_all(size_t count, double per_second) {
    const auto began = Clock::now();
    const double slow = options_.number("--slow", 0);
    const double stalled = options_.number("--stalled", 0);
    while (viewers_.size() < count) {
      if (static_cast<double>(viewers_.size()) < seconds_since(began) * per_second) {
        const double part = static_cast<double>(viewers_.size() % 100) / 100;
        join(viewers_.size(), part < slow, part >= slow && part < slow + stalled);
      }
      read_once(0);
    }
  }

  void join(size_t at, bool slow, bool stalled) {
    if (at == viewers_.size()) viewers_.emplace_back();
    bench::Target target = target_;
    target.path = path_;
    if (const size_t mark = path_.find("%d"); mark != std::string::npos)
      target.path.replace(mark, 2, std::to_string(at % static_cast<size_t>(streams_)));
    if (slow) target.receive_buffer = kSlowReceiveBuffer;
    viewers_[at] = std::make_unique<Viewer>(target);
    viewers_[at]->slow = slow;
    viewers_[at]->stalled = stalled;
    if (!viewers_[at]->connected()) {
      ++lost_;
      return;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = at;
    if (!slow) ::epoll_ctl(epoll_, EPOLL_CTL_ADD, viewers_[at]->fd(), &event);
  }

  void read_for(double seconds) {
    const auto began = Clock::now();
    while (seconds_since(began) < seconds) {
      read_once(5);
      churn();
    }
  }

  void read_once(int wait_ms) {
    epoll_event events[512];
    const int count = ::epoll_wait(epoll_, events, 512, wait_ms);
    for (int at = 0; at < count; ++at) {
      Viewer& viewer = *viewers_[events[at].data.u64];
      read(viewer, kReadMost);
      if (viewer.stalled && viewer.sight().first_key_ms)
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, viewer.fd(), nullptr);
    }
    if (options_.number("--slow", 0) > 0) read_slowly();
  }

  void read(Viewer& viewer, size_t most) {
    if (viewer.read(buffer_, most, watch_, in_window_) != Viewer::Got::end) return;
    ++lost_;
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, viewer.fd(), nullptr);
  }

  void read_slowly() {
    const auto now = Clock::now();
    if (now - slow_at_ < kSlowEvery) return;
    const double part = std::min(0.5, std::chrono::duration<double>(now - slow_at_).count());
    slow_at_ = now;
    const auto most = static_cast<size_t>(part * options_.number("--slow-bytes", 125'000));
    for (auto& viewer : viewers_)
      if (viewer->slow && viewer->connected()) read(*viewer, most);
  }

  void churn() {
    const double per_second = options_.number("--churn", 0);
    if (per_second == 0 || static_cast<double>(churned_) > seconds_since(began_) * per_second) return;
    ++churned_;
    // The first tenth stay all the time: they are who drift is measured on.
    std::uniform_int_distribution<size_t> any(viewers_.size() / 10, viewers_.size() - 1);
    const size_t leaver = any(random_);
    firsts(*viewers_[leaver]);
    join(leaver, false, false);
  }

  void firsts(const Viewer& viewer) {
    first_ms_.push_back(static_cast<float>(viewer.sight().first_key_ms.value_or(1e6)));
  }

  void begin_window() {
    in_window_ = true;
    for (auto& viewer : viewers_) {
      viewer->bytes = viewer->reads = 0;
      viewer->longest_gap_s = 0;
      viewer->last = Clock::now();
    }
  }

  void print(double seconds, const std::map<std::string, double>& before,
             const std::map<std::string, double>& after) {
    double cpu_s = 0;
    std::vector<double> threads;
    for (const auto& [thread, used] : after) {
      const auto found = before.find(thread);
      threads.push_back(used - (found == before.end() ? 0 : found->second));
      cpu_s += threads.back();
    }
    std::sort(threads.rbegin(), threads.rend());
    uint64_t bytes = 0;
    uint64_t reads = 0;
    uint64_t skips = 0;
    uint64_t breaks = 0;
    int stalls = 0;
    size_t healthy = 0;
    double longest_s = 0;
    double lag_ms = 0;
    double drift_ms = 0;
    std::vector<float> latency;
    for (auto& viewer : viewers_) {
      firsts(*viewer);
      bytes += viewer->bytes;
      skips += viewer->sight().skips;
      breaks += viewer->sight().breaks;
      lag_ms = std::max(lag_ms, viewer->sight().lag_max_ms);
      const auto& sight = viewer->sight();
      if (sight.pictures > 500)
        drift_ms = std::max(drift_ms, std::abs(sight.drift_ms - sight.drift_first_ms));
      latency.insert(latency.end(), sight.latency_ms.begin(), sight.latency_ms.end());
      if (viewer->slow || viewer->stalled) continue;
      ++healthy;
      reads += viewer->reads;
      viewer->longest_gap_s =
          std::max(viewer->longest_gap_s, std::chrono::duration<double>(Clock::now() - viewer->last).count());
      longest_s = std::max(longest_s, viewer->longest_gap_s);
      stalls += viewer->longest_gap_s > 1 ? 1 : 0;
    }
    std::sort(first_ms_.begin(), first_ms_.end());
    std::sort(latency.begin(), latency.end());
    const double gb = static_cast<double>(bytes) / 1e9;
    const double expected = options_.number("--expected", 1) * seconds * static_cast<double>(viewers_.size());
    const auto second_thread = threads.size() > 1 ? threads[1] : 0;
    std::printf(
        "s_per_gb=%.4f core_percent=%.1f gb=%.3f delivered=%.3f reads_per_s=%.1f stalls=%d "
        "longest_gap_ms=%.0f lost=%d first_p50_ms=%.1f first_p99_ms=%.1f second_core_share=%.2f "
        "late_p50_ms=%.1f late_p99_ms=%.1f pictures=%zu skips=%llu breaks=%llu lag_max_ms=%.0f "
        "drift_ms=%.1f\n",
        cpu_s / gb, 100 * cpu_s / seconds, gb, static_cast<double>(bytes) / expected,
        static_cast<double>(reads) / seconds / static_cast<double>(std::max<size_t>(1, healthy)), stalls,
        1e3 * longest_s, lost_, percentile(first_ms_, 0.5), percentile(first_ms_, 0.99),
        cpu_s > 0 ? second_thread / cpu_s : 0, percentile(latency, 0.5), percentile(latency, 0.99),
        latency.size(), static_cast<unsigned long long>(skips), static_cast<unsigned long long>(breaks),
        lag_ms, drift_ms);
  }

  const Options& options_;
  bool watch_;
  std::string path_;
  int streams_;
  bench::Target target_;
  std::vector<char> buffer_;
  int epoll_ = ::epoll_create1(0);
  std::vector<std::unique_ptr<Viewer>> viewers_;
  std::vector<float> first_ms_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point slow_at_ = Clock::now();
  uint64_t churned_ = 0;
  std::mt19937 random_{1};
  bool in_window_ = false;
  int lost_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const Options options(argc, argv);
  return Load(options).run();
}
