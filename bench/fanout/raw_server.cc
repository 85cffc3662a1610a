// The bare server fan-out is measured against: one thread, one gather write per viewer and tick from one
// shared buffer, and nothing else. It plays a recorded FLV file round and round at its own pace.
//
//   fanout_raw CLIP.flv TICK_MS                  the bare server
//   fanout_raw CLIP.flv TICK_MS --tls CERT KEY   the same with OpenSSL: one SSL_write per viewer and tick
//   fanout_raw CLIP.flv TICK_MS --plain VIEWERS  no server any more once VIEWERS have come: a loop that
//                                                sleeps and sends. What it costs says whether the bare
//                                                server is as bare as it claims.
// Prints the port it listens on, then serves until it is killed.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "clip.h"

namespace {

// The head of the answer and of the FLV file.
std::string opening() {
  return std::string("HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nConnection: close\r\n\r\n") +
         std::string("FLV\1\5\0\0\0\11\0\0\0\0", bench::kFileHead);
}

// The clip as pieces of one tick each.
class Ticks {
 public:
  Ticks(const bench::Clip& clip, size_t tick_ms) : bytes_(clip.bytes()), tick_ms_(tick_ms) {
    for (const auto& tag : clip.tags()) {
      if (end_at_.size() <= tag.ms)
        end_at_.resize(tag.ms + 1, end_at_.empty() ? bench::kFileHead : end_at_.back());
      end_at_[tag.ms] = tag.end();
    }
    end_at_.resize(clip.period_ms(), end_at_.back());
  }

  // What the next `ticks` ticks are: at most two pieces.
  std::vector<iovec> take(size_t ticks) {
    std::vector<iovec> out;
    const auto piece = [&](size_t begin, size_t end) {
      if (end > begin) out.push_back({const_cast<char*>(bytes_.data()) + begin, end - begin});
    };
    const size_t from = end_at_[now_ms_];
    now_ms_ += ticks * tick_ms_;
    if (now_ms_ < end_at_.size()) {
      piece(from, end_at_[now_ms_]);
    } else {
      piece(from, end_at_.back());
      now_ms_ %= end_at_.size();
      piece(bench::kFileHead, end_at_[now_ms_]);
    }
    return out;
  }

 private:
  const std::string& bytes_;
  size_t tick_ms_;
  std::vector<size_t> end_at_;  // [ms]: bytes of all tags up to that time
  size_t now_ms_ = 0;
};

struct Viewer {
  int fd = -1;
  SSL* tls = nullptr;
  bool playing = false;
  std::string rest;  // what a short write left; the next tick tries again
};

int listen_anywhere() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  ::listen(fd, 4096);
  socklen_t size = sizeof(address);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return fd;
}

size_t give(Viewer& viewer, const std::vector<iovec>& pieces, const std::string& joined) {
  if (viewer.tls != nullptr) {
    size_t taken = 0;
    while (taken < joined.size()) {
      size_t part = 0;
      if (SSL_write_ex(viewer.tls, joined.data() + taken, joined.size() - taken, &part) != 1) break;
      taken += part;
    }
    return taken;
  }
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  const ssize_t sent = ::sendmsg(viewer.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<size_t>(sent) : 0;
}

void send_tick(std::vector<Viewer>& viewers, const std::vector<iovec>& pieces, bool tls) {
  std::string joined;
  size_t all = 0;
  for (const iovec& piece : pieces) {
    all += piece.iov_len;
    if (tls) joined.append(static_cast<char*>(piece.iov_base), piece.iov_len);
  }
  for (Viewer& viewer : viewers) {
    if (!viewer.playing) continue;
    if (!viewer.rest.empty()) {
      const std::vector<iovec> rest{{viewer.rest.data(), viewer.rest.size()}};
      viewer.rest.erase(0, give(viewer, rest, viewer.rest));
    }
    size_t taken = viewer.rest.empty() ? give(viewer, pieces, joined) : 0;
    if (taken == all) continue;
    for (const iovec& piece : pieces) {
      const size_t skip = std::min(taken, piece.iov_len);
      taken -= skip;
      viewer.rest.append(static_cast<char*>(piece.iov_base) + skip, piece.iov_len - skip);
    }
  }
}

[[noreturn]] void send_plainly(int listener, size_t count, Ticks ticks, int64_t tick_ns) {
  std::vector<Viewer> viewers;
  while (viewers.size() < count) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) {
      ::usleep(1'000);
      continue;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    viewers.push_back({fd, nullptr, true, opening()});
  }
  timespec at{};
  clock_gettime(CLOCK_MONOTONIC, &at);
  for (;;) {
    at.tv_nsec += tick_ns;
    at.tv_sec += at.tv_nsec / 1'000'000'000;
    at.tv_nsec %= 1'000'000'000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
    send_tick(viewers, ticks.take(1), false);
  }
}

SSL_CTX* tls_context(const char* certificate, const char* key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
    std::exit(2);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  return context;
}

class Server {
 public:
  Server(int listener, SSL_CTX* tls, Ticks ticks, int64_t tick_ns)
      : listener_(listener), tls_(tls), ticks_(std::move(ticks)) {
    itimerspec every{};
    every.it_interval.tv_nsec = every.it_value.tv_nsec = tick_ns;
    ::timerfd_settime(timer_, 0, &every, nullptr);
    watch(listener_);
    watch(timer_);
  }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = ::epoll_wait(epoll_, events, 256, -1);
      for (int at = 0; at < count; ++at) {
        const int fd = events[at].data.fd;
        if (fd == listener_)
          accept_all();
        else if (fd == timer_)
          tick();
        else
          hear(viewers_[static_cast<size_t>(fd)]);
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void accept_all() {
    for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      if (viewers_.size() <= static_cast<size_t>(fd)) viewers_.resize(static_cast<size_t>(fd) + 1);
      SSL* tls = nullptr;
      if (tls_ != nullptr) {
        tls = SSL_new(tls_);
        SSL_set_fd(tls, fd);
        SSL_set_accept_state(tls);
      }
      viewers_[static_cast<size_t>(fd)] = {fd, tls, false, {}};
      watch(fd);
    }
  }

  void tick() {
    uint64_t ticks = 0;
    if (::read(timer_, &ticks, sizeof(ticks)) != sizeof(ticks)) return;
    const auto pieces = ticks_.take(ticks);
    if (!pieces.empty()) send_tick(viewers_, pieces, tls_ != nullptr);
  }

  void hear(Viewer& viewer) {
    char request[2048];
    size_t got = 0;
    if (viewer.tls != nullptr) {
      if (SSL_read_ex(viewer.tls, request, sizeof(request), &got) != 1) {
        const int why = SSL_get_error(viewer.tls, 0);
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
        SSL_free(viewer.tls);
      }
    } else if (const ssize_t read = ::read(viewer.fd, request, sizeof(request)); read > 0) {
      got = static_cast<size_t>(read);
    }
    if (got == 0) {
      ::close(viewer.fd);
      viewer = {};
      return;
    }
    viewer.rest = opening();
    viewer.playing = true;
  }

  int listener_;
  SSL_CTX* tls_;
  Ticks ticks_;
  int timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  int epoll_ = ::epoll_create1(0);
  std::vector<Viewer> viewers_;  // by descriptor
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  ::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const bench::Clip clip(argv[1]);
  const std::string_view mode = argc > 3 ? argv[3] : "";
  const size_t tick_ms = std::strtoul(argv[2], nullptr, 10);
  const auto tick_ns = static_cast<int64_t>(tick_ms) * 1'000'000;
  Ticks ticks(clip, tick_ms);
  SSL_CTX* tls = mode == "--tls" && argc > 5 ? tls_context(argv[4], argv[5]) : nullptr;
  const int listener = listen_anywhere();
  if (mode == "--plain" && argc > 4)
    send_plainly(listener, std::strtoul(argv[4], nullptr, 10), std::move(ticks), tick_ns);
  Server(listener, tls, std::move(ticks), tick_ns).run();
}
