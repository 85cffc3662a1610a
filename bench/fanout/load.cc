// Many viewers in one process: asks for a path N times, reads and throws away, and says what the server
// spent for it.
//
//   fanout_load PORT PATH VIEWERS SECONDS SERVER_PID EXPECTED_BYTES_PER_SECOND
// prints one line: key=value ...
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

// User and system time of a process, in seconds.
double cpu_of(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/stat");
  std::string line;
  std::getline(in, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int at = 0; at < 11; ++at) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Viewer {
  int fd = -1;
  Clock::time_point asked;
  Clock::time_point last;
  double first_bytes_s = -1;  // until the first 4 KiB, more than any head
  double longest_gap_s = 0;
  uint64_t bytes = 0;
  uint64_t bytes_before = 0;
  uint64_t reads = 0;  // in the window
};

class Load {
 public:
  Load(int port, std::string path) : port_(port), path_(std::move(path)), buffer_(1 << 20) {}

  bool join() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port_));
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return false;
    const std::string request = "GET " + path_ + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = viewers_.size();
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    Viewer viewer;
    viewer.fd = fd;
    viewer.asked = viewer.last = Clock::now();
    viewers_.push_back(viewer);
    return true;
  }

  void read_for(double seconds) {
    const auto began = Clock::now();
    while (seconds_since(began) < seconds) read_once(5);
  }

  void read_once(int wait_ms) {
    epoll_event events[512];
    const int count = ::epoll_wait(epoll_, events, 512, wait_ms);
    for (int at = 0; at < count; ++at) {
      Viewer& viewer = viewers_[events[at].data.u64];
      const ssize_t got = ::recv(viewer.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got <= 0) {
        ++lost_;
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, viewer.fd, nullptr);
        continue;
      }
      const auto now = Clock::now();
      viewer.bytes += static_cast<uint64_t>(got);
      ++viewer.reads;
      viewer.longest_gap_s =
          std::max(viewer.longest_gap_s, std::chrono::duration<double>(now - viewer.last).count());
      viewer.last = now;
      if (viewer.first_bytes_s < 0 && viewer.bytes > 4'096)
        viewer.first_bytes_s = seconds_since(viewer.asked);
    }
  }

  void begin_window() {
    for (Viewer& viewer : viewers_) {
      viewer.bytes_before = viewer.bytes;
      viewer.longest_gap_s = 0;
      viewer.reads = 0;
    }
  }

  void print(double seconds, double cpu_s, double expected_per_second) const {
    uint64_t bytes = 0;
    uint64_t reads = 0;
    int stalls = 0;
    double longest_s = 0;
    std::vector<double> firsts;
    for (const Viewer& viewer : viewers_) {
      bytes += viewer.bytes - viewer.bytes_before;
      reads += viewer.reads;
      longest_s = std::max(longest_s, viewer.longest_gap_s);
      stalls += viewer.longest_gap_s > 1 ? 1 : 0;
      firsts.push_back(viewer.first_bytes_s < 0 ? 1e3 : viewer.first_bytes_s);
    }
    std::sort(firsts.begin(), firsts.end());
    const double gb = static_cast<double>(bytes) / 1e9;
    const double expected = expected_per_second * seconds * static_cast<double>(viewers_.size());
    std::printf(
        "s_per_gb=%.3f core_percent=%.1f gb=%.3f delivered=%.3f reads_per_s=%.1f stalls=%d "
        "longest_gap_ms=%.0f lost=%d "
        "first_p50_ms=%.1f first_p99_ms=%.1f\n",
        cpu_s / gb, 100 * cpu_s / seconds, gb, static_cast<double>(bytes) / expected,
        static_cast<double>(reads) / seconds / static_cast<double>(viewers_.size()), stalls, 1e3 * longest_s,
        lost_, 1e3 * firsts[firsts.size() / 2], 1e3 * firsts[firsts.size() * 99 / 100]);
  }

 private:
  int port_;
  std::string path_;
  std::vector<char> buffer_;
  int epoll_ = ::epoll_create1(0);
  std::vector<Viewer> viewers_;
  int lost_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Load load(std::atoi(argv[1]), argv[2]);
  const int viewers = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]);
  constexpr double kJoinsPerSecond = 500;
  const auto began = Clock::now();
  for (int joined = 0; joined < viewers;) {
    if (joined < seconds_since(began) * kJoinsPerSecond) {
      if (!load.join()) return 1;
      ++joined;
    }
    load.read_once(0);
  }
  load.read_for(3);
  load.begin_window();
  const double cpu_before = cpu_of(argv[5]);
  const auto window = Clock::now();
  load.read_for(seconds);
  const double cpu_s = cpu_of(argv[5]) - cpu_before;
  load.print(seconds_since(window), cpu_s, std::atof(argv[6]));
}
