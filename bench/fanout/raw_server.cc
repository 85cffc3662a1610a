// The bare server fan-out is measured against: one thread, one gather write per viewer and tick from one
// shared buffer, and nothing else. It plays a recorded FLV file round and round at its own pace.
//
//   fanout_raw CLIP.flv TICK_MS        prints the port it listens on, then serves until it is killed
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr size_t kFileHead = 13;  // the FLV header and the first PreviousTagSize
const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nConnection: close\r\n\r\n";

// The clip in memory, and where in it each millisecond ends.
struct Clip {
  std::string bytes;
  std::vector<size_t> end_at;  // [ms]: bytes of all tags up to that time

  explicit Clip(const char* path) {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
    size_t at = kFileHead;
    const auto byte = [&](size_t where) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[where])); };
    while (at + 15 <= bytes.size()) {
      const size_t size = byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
      const size_t ms = byte(at + 7) << 24 | byte(at + 4) << 16 | byte(at + 5) << 8 | byte(at + 6);
      at += 11 + size + 4;
      if (end_at.size() <= ms) end_at.resize(ms + 1, end_at.empty() ? kFileHead : end_at.back());
      end_at[ms] = at;
    }
  }
};

struct Viewer {
  int fd = -1;
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

void send_tick(std::vector<Viewer>& viewers, iovec* pieces, int count) {
  for (Viewer& viewer : viewers) {
    if (!viewer.playing) continue;
    if (!viewer.rest.empty()) {
      const ssize_t taken =
          ::send(viewer.fd, viewer.rest.data(), viewer.rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (taken > 0) viewer.rest.erase(0, static_cast<size_t>(taken));
    }
    size_t taken = 0;
    if (viewer.rest.empty()) {
      msghdr message{};
      message.msg_iov = pieces;
      message.msg_iovlen = static_cast<size_t>(count);
      const ssize_t sent = ::sendmsg(viewer.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      taken = sent > 0 ? static_cast<size_t>(sent) : 0;
    }
    for (int at = 0; at < count; ++at) {
      const size_t skip = std::min(taken, pieces[at].iov_len);
      taken -= skip;
      if (skip < pieces[at].iov_len)
        viewer.rest.append(static_cast<char*>(pieces[at].iov_base) + skip, pieces[at].iov_len - skip);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Clip clip(argv[1]);
  const long tick_ms = std::atol(argv[2]);
  const int listener = listen_anywhere();
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  itimerspec every{};
  every.it_interval.tv_nsec = every.it_value.tv_nsec = tick_ms * 1'000'000;
  ::timerfd_settime(timer, 0, &every, nullptr);
  const int epoll = ::epoll_create1(0);
  const auto watch = [&](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  };
  watch(listener);
  watch(timer);
  std::vector<Viewer> viewers;
  size_t now_ms = 0;
  epoll_event events[256];
  for (;;) {
    const int count = ::epoll_wait(epoll, events, 256, -1);
    for (int at = 0; at < count; ++at) {
      const int fd = events[at].data.fd;
      if (fd == listener) {
        for (int peer; (peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int on = 1;
          ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
          if (viewers.size() <= static_cast<size_t>(peer)) viewers.resize(static_cast<size_t>(peer) + 1);
          viewers[static_cast<size_t>(peer)] = {peer, false, {}};
          watch(peer);
        }
      } else if (fd == timer) {
        uint64_t ticks = 0;
        if (::read(timer, &ticks, sizeof(ticks)) != sizeof(ticks)) continue;
        const size_t from = clip.end_at[now_ms];
        now_ms += ticks * static_cast<size_t>(tick_ms);
        iovec pieces[2];
        int used = 0;
        const auto piece = [&](size_t begin, size_t end) {
          if (end > begin) pieces[used++] = {clip.bytes.data() + begin, end - begin};
        };
        if (now_ms < clip.end_at.size()) {
          piece(from, clip.end_at[now_ms]);
        } else {
          piece(from, clip.end_at.back());
          now_ms %= clip.end_at.size();
          piece(kFileHead, clip.end_at[now_ms]);
        }
        if (used > 0) send_tick(viewers, pieces, used);
      } else {
        char request[2048];
        Viewer& viewer = viewers[static_cast<size_t>(fd)];
        if (::read(fd, request, sizeof(request)) <= 0) {
          ::close(fd);
          viewer = {};
        } else {
          viewer.rest = kHead + clip.bytes.substr(0, kFileHead);
          viewer.playing = true;
        }
      }
    }
  }
}
