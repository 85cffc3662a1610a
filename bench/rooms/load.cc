// Many pages in one process: opens WebSockets from several source addresses, says lines at a rate, reads
// what comes and says what it cost the server. A line carries the time it was said ("@t" and 16 digits of
// CLOCK_MONOTONIC in microseconds), a control event "@c" and the same.
//
//   rooms_load key=value...      prints one line: key=value ...
//     mode=ours|raw|nchan|nats   how lines are said: by pages (ours, raw), nchan's way or NATS'
//     port= pid= clients= seconds= rate=
//     publish_port=              of NATS' own protocol
//     line_bytes=200             of a line's text
//     stalled=0                  clients that stop reading when the window begins
//     deflate=0                  1: all but every 50th client offer permessage-deflate
//     control_ms=0               a control event each so many ms (ours only)
//     churn=0                    so many leave in the window's first second, and others join in its third
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr double kJoinsPerSecond = 4'000;
constexpr double kDrainSeconds = 5;
constexpr int kSources = 8;
constexpr int kSpeakers = 10;
constexpr int kPlainEvery = 50;
constexpr size_t kMarkBytes = 18;

int64_t now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1'000;
}

// User and system time of a process, in seconds, with its ended children left out.
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

double rss_kib(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6);
  }
  return 0;
}

// How late things came, in steps of a millisecond.
class Latency {
 public:
  void add(int64_t us) {
    ++counts_[std::min<size_t>(static_cast<size_t>(std::max<int64_t>(0, us) / 1'000), counts_.size() - 1)];
    ++total_;
  }
  uint64_t total() const { return total_; }
  double percentile_ms(double share) const {
    auto left = static_cast<uint64_t>(static_cast<double>(total_) * share);
    for (size_t ms = 0; ms < counts_.size(); ++ms) {
      if (counts_[ms] > left) return static_cast<double>(ms);
      left -= counts_[ms];
    }
    return 0;
  }

 private:
  std::vector<uint64_t> counts_ = std::vector<uint64_t>(20'000);
  uint64_t total_ = 0;
};

class Options {
 public:
  Options(int argc, char** argv) {
    for (int at = 1; at < argc; ++at) {
      const std::string text = argv[at];
      values_[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
  }
  std::string text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }
  double number(const std::string& name, double otherwise = 0) const {
    const std::string value = text(name);
    return value.empty() ? otherwise : std::atof(value.c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

// A client's text frame with a mask of zeros, which leaves the payload as it is.
std::string client_frame(uint8_t opcode, std::string_view payload) {
  std::string out(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0xFE);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size());
  }
  out.append(4, '\0');
  return out.append(payload);
}

std::string marked(char kind, size_t size) {
  char mark[32];
  std::snprintf(mark, sizeof(mark), "@%c%016lld", kind, static_cast<long long>(now_us()));
  std::string out = mark;
  // Words, as people write them, so that deflating finds what it finds in chat.
  static const char* kWords[] = {"this", "is", "so",   "good",  "how",  "much",
                                 "does", "it", "cost", "hello", "want", "two"};
  while (out.size() < size)
    out += std::string(" ") + kWords[static_cast<size_t>(::rand()) % std::size(kWords)];
  out.resize(std::max(size, kMarkBytes));
  return out;
}

struct Client {
  int fd = -1;
  bool open = false;    // the handshake is done
  bool counted = true;  // what it reads is looked at
  bool stalled = false;
  std::string tail{};  // the end of the last read: a mark may be cut
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        mode_(options.text("mode")),
        port_(static_cast<int>(options.number("port"))),
        buffer_(1 << 20) {}

  int run() {
    const auto clients = static_cast<size_t>(options_.number("clients"));
    const double idle_kib = rss_kib(options_.text("pid"));
    if (!join_all(clients)) return 1;
    const double joined_kib = rss_kib(options_.text("pid"));
    open_publishers();
    read_for(1);
    stall(static_cast<size_t>(options_.number("stalled")));
    counting_ = true;
    opened_before_ = opened_;
    const double cpu_before = cpu_of(options_.text("pid"));
    const int64_t window = now_us();
    publish_for(options_.number("seconds"));
    const double window_s = static_cast<double>(now_us() - window) / 1e6;
    last_said_us_ = now_us();
    const double bits = static_cast<double>(bytes_) * 8 / window_s / static_cast<double>(listening_);
    read_for(kDrainSeconds);
    const double cpu_s = cpu_of(options_.text("pid")) - cpu_before;
    print(clients, idle_kib, joined_kib, cpu_s, window_s, bits);
    return 0;
  }

 private:
  // A connection from 127.0.0.2 and following.
  int dial(int port, size_t number) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &on, sizeof(on));
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<uint32_t>(number % kSources));
    ::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof(from));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(port));
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
      std::perror("connect");
      return -1;
    }
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
  }

  std::string handshake(size_t number, bool deflate) const {
    const char* path = mode_ == "nchan" ? "/sub" : mode_ == "nats" ? "/" : "/v1/rooms/bench/socket";
    char viewer[32];
    std::snprintf(viewer, sizeof(viewer), "gst_%013zu", number + 1);
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nViewer: " +
           viewer + "\r\n" +
           (deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
                    : "\r\n");
  }

  bool join(size_t number) {
    Client client;
    client.fd = dial(port_, number);
    if (client.fd < 0) return false;
    const bool deflate = options_.number("deflate") != 0 && number % kPlainEvery != 0;
    // Who comes into the window is first told of old lines.
    client.counted = !deflate && !counting_;
    if (!send_all(client.fd, handshake(number, deflate))) return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = clients_.size();
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    clients_.push_back(std::move(client));
    return true;
  }

  // As many as are due by now.
  bool join_due(size_t count, int64_t began_us) {
    const auto due = static_cast<size_t>(static_cast<double>(now_us() - began_us) / 1e6 * kJoinsPerSecond);
    while (clients_.size() < std::min(count, due))
      if (!join(clients_.size())) return false;
    return true;
  }

  bool join_all(size_t count) {
    const int64_t began = now_us();
    while (opened_ < count) {
      if (!join_due(count, began)) return false;
      read_once(clients_.size() < count ? 0 : 5);
      if (now_us() - began > 60'000'000) {
        std::fprintf(stderr, "only %zu of %zu clients got in\n", opened_, count);
        return false;
      }
    }
    listening_ = count;
    return true;
  }

  // `passed` seconds of the window. Those who leave are the first, those who join come behind all.
  void come_and_go(double passed) {
    const auto churn = static_cast<size_t>(options_.number("churn"));
    const auto until = [churn](double seconds) {
      return static_cast<size_t>(std::clamp(seconds, 0.0, 1.0) * static_cast<double>(churn));
    };
    for (; left_ < until(passed); ++left_) ::close(clients_[left_].fd);  // which takes it out of epoll
    for (; joined_later_ < until(passed - 2); ++joined_later_) {
      if (joined_later_ == 0) late_since_us_ = now_us();
      join(clients_.size());
    }
  }

  static bool send_all(int fd, std::string_view bytes) {
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  void open_publishers() {
    const bool pages = mode_ == "ours" || mode_ == "raw";
    const auto publish_port = static_cast<int>(options_.number("publish_port", port_));
    const int count = pages ? kSpeakers : 1;
    for (int number = 0; number < count; ++number) {
      Client speaker;
      speaker.fd = dial(publish_port, static_cast<size_t>(number));
      const size_t viewer = 900'000 + static_cast<size_t>(number);
      if (pages) send_all(speaker.fd, handshake(viewer, false));
      if (mode_ == "nats") send_all(speaker.fd, "CONNECT {\"verbose\":false}\r\n");
      speakers_.push_back(std::move(speaker));
    }
    if (mode_ == "ours" && options_.number("control_ms") > 0) control_ = dial(port_, 0);
  }

  // What is said to a speaker is of no interest.
  void hush() {
    for (const Client& speaker : speakers_)
      while (::recv(speaker.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT) > 0) continue;
    if (control_ >= 0)
      while (::recv(control_, buffer_.data(), buffer_.size(), MSG_DONTWAIT) > 0) continue;
  }

  void say() {
    const auto size = static_cast<size_t>(options_.number("line_bytes", 200));
    const int fd = speakers_[said_ % speakers_.size()].fd;
    const std::string text = marked('t', size);
    if (mode_ == "ours" || mode_ == "raw")
      send_all(fd, client_frame(1, "{\"kind\":\"chat\",\"ref\":\"r\",\"text\":\"" + text + "\"}"));
    else if (mode_ == "nats")
      send_all(fd, "PUB room " + std::to_string(text.size()) + "\r\n" + text + "\r\n");
    else
      send_all(fd, "POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(text.size()) +
                       "\r\n\r\n" + text);
    ++said_;
  }

  // A control event: a row written before it is shown.
  void change_title() {
    const std::string body = "{\"title\":\"" + marked('c', kMarkBytes) + "\"}";
    send_all(control_,
             "PATCH /v1/rooms/bench HTTP/1.1\r\nHost: localhost\r\nStaff: 1\r\nViewer: gst_0000000900000\r\n"
             "Content-Type: application/json\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
    ++controls_;
  }

  void publish_for(double seconds) {
    const double rate = options_.number("rate");
    const double control_ms = options_.number("control_ms");
    const int64_t began = now_us();
    for (double passed = 0; passed < seconds; passed = static_cast<double>(now_us() - began) / 1e6) {
      while (static_cast<double>(said_) < passed * rate) say();
      if (control_ >= 0 && static_cast<double>(controls_) < passed * 1'000 / control_ms) change_title();
      come_and_go(passed);
      read_once(2);
      hush();
    }
  }

  void read_for(double seconds) {
    const int64_t until = now_us() + static_cast<int64_t>(seconds * 1e6);
    while (now_us() < until) {
      read_once(5);
      hush();
    }
  }

  void stall(size_t count) {
    for (size_t at = 0; at < count; ++at) {
      clients_[at].stalled = true;
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, clients_[at].fd, nullptr);
    }
    listening_ -= count;
  }

  void read_once(int wait_ms) {
    epoll_event events[512];
    const int count = ::epoll_wait(epoll_, events, 512, wait_ms);
    for (int at = 0; at < count; ++at) {
      Client& client = clients_[events[at].data.u64];
      const ssize_t got = ::recv(client.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) {
        ++lost_;
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.fd, nullptr);
        continue;
      }
      if (counting_) ++reads_;
      take(client, {buffer_.data(), static_cast<size_t>(got)});
    }
  }

  void take(Client& client, std::string_view bytes) {
    if (!client.open && bytes.starts_with("HTTP/1.1 101")) {
      client.open = true;
      ++opened_;
      if (counting_) late_ms_ = static_cast<double>(now_us() - late_since_us_) / 1e3;
      if (mode_ == "nats")
        send_all(client.fd, client_frame(2, "CONNECT {\"verbose\":false}\r\nSUB room 1\r\n"));
    }
    if (!counting_) return;
    if (last_said_us_ == 0) bytes_ += bytes.size();
    if (!client.counted) return;
    if (!client.tail.empty()) {
      const std::string joint = client.tail + std::string(bytes.substr(0, kMarkBytes - 1));
      count_marks(joint, client.tail.size());
    }
    count_marks(bytes, bytes.size());
    client.tail = bytes.substr(bytes.size() - std::min(bytes.size(), kMarkBytes - 1));
  }

  // The marks that begin before `until`.
  void count_marks(std::string_view bytes, size_t until) {
    for (size_t at = bytes.find('@'); at != std::string_view::npos && at < until;
         at = bytes.find('@', at + 1)) {
      if (at + kMarkBytes > bytes.size()) return;
      const char kind = bytes[at + 1];
      if (kind != 't' && kind != 'c') continue;
      const int64_t said_us = std::atoll(std::string(bytes.substr(at + 2, 16)).c_str());
      (kind == 't' ? chat_ : control_latency_).add(now_us() - said_us);
    }
  }

  void print(size_t clients, double idle_kib, double joined_kib, double cpu_s, double window_s,
             double bits) const {
    const bool deflate = options_.number("deflate") != 0;
    const double plain = deflate ? static_cast<double>((listening_ + kPlainEvery - 1) / kPlainEvery)
                                 : static_cast<double>(listening_);
    // Without deflate every delivery is seen; with it those of the plain clients stand for all.
    const double deliveries = static_cast<double>(chat_.total() + control_latency_.total()) / plain *
                              static_cast<double>(listening_);
    const double expected = static_cast<double>(said_ + controls_) * static_cast<double>(listening_);
    std::printf(
        "s_per_million=%.3f us_per_read=%.3f delivered=%.4f cpu_percent=%.1f deliveries_per_s=%.0f "
        "chat_p50_ms=%.0f "
        "chat_p99_ms=%.0f "
        "control_p50_ms=%.0f control_p99_ms=%.0f controls=%.4f kbit_per_viewer=%.1f kib_per_client=%.2f "
        "kib_grown=%.0f lost=%zu late_joins=%zu late_joins_ms=%.0f\n",
        cpu_s / (deliveries / 1e6), cpu_s * 1e6 / static_cast<double>(reads_), deliveries / expected,
        100 * cpu_s / (window_s + kDrainSeconds), deliveries / window_s, chat_.percentile_ms(0.5),
        chat_.percentile_ms(0.99), control_latency_.percentile_ms(0.5), control_latency_.percentile_ms(0.99),
        controls_ == 0
            ? 1.0
            : static_cast<double>(control_latency_.total()) / plain / static_cast<double>(controls_),
        bits / 1e3, (joined_kib - idle_kib) / static_cast<double>(clients),
        rss_kib(options_.text("pid")) - joined_kib, lost_, opened_ - opened_before_, late_ms_);
  }

  const Options& options_;
  const std::string mode_;
  const int port_;
  std::vector<char> buffer_;
  int epoll_ = ::epoll_create1(0);
  std::vector<Client> clients_;
  std::vector<Client> speakers_;
  int control_ = -1;
  size_t opened_ = 0;
  size_t listening_ = 0;
  size_t said_ = 0;
  size_t controls_ = 0;
  size_t lost_ = 0;
  size_t left_ = 0;
  size_t joined_later_ = 0;
  size_t opened_before_ = 0;  // the window
  int64_t late_since_us_ = 0;
  double late_ms_ = 0;  // from the first of those who join later until the last is in
  uint64_t reads_ = 0;  // by clients: about one for each send to them
  uint64_t bytes_ = 0;
  bool counting_ = false;
  int64_t last_said_us_ = 0;  // 0: the window is open
  Latency chat_;
  Latency control_latency_;
};

}  // namespace

int main(int argc, char** argv) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const Options options(argc, argv);
  return Load(options).run();
}
