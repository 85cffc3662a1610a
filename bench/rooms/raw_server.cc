// The bare server that a room is measured against: one thread, epoll, and an endless sweep in which each
// client gets, by one send, all that was said since it was last visited. It says its lines itself.
//
//   rooms_raw LINES_PER_SECOND LINE_BYTES        prints the port it listens on, then serves until it is
//   killed
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr size_t kSlice = 128;  // clients between two looks at the sockets
constexpr size_t kMarkBytes = 18;

struct Client {
  int fd = -1;
  size_t cursor = 0;
};

std::string accept_of(const std::string& request) {
  const size_t at = request.find("Sec-WebSocket-Key: ") + 19;
  const std::string key = request.substr(at, 24) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
  char out[64];
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out), digest, SHA_DIGEST_LENGTH);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(out) + "\r\n\r\n";
}

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

// Everything said, one frame after the other; clients are places in it.
class Log {
 public:
  explicit Log(size_t line_bytes) : line_bytes_(line_bytes) { bytes_.reserve(64 << 20); }
  void say(std::string_view mark) {
    std::string line = "[\"" + std::string(mark);
    line.resize(line_bytes_ - 2, 'x');
    line += "\"]";
    bytes_ += '\x81';
    bytes_ += '\x7e';
    bytes_ += static_cast<char>(line.size() >> 8);
    bytes_ += static_cast<char>(line.size());
    bytes_ += line;
  }
  const char* at(size_t cursor) const { return bytes_.data() + cursor; }
  size_t head() const { return bytes_.size(); }

 private:
  size_t line_bytes_;
  std::string bytes_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Log log(static_cast<size_t>(std::atol(argv[1])));
  const int listener = listen_anywhere();
  const int epoll = ::epoll_create1(0);
  const auto watch = [&](int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  };
  watch(listener);
  std::vector<Client> clients;  // in the order they came; a closed one keeps its place
  std::vector<size_t> place;    // by descriptor
  size_t next = 0;              // of the sweep
  size_t swept = 0;             // every client has, or gets in this pass, all below it
  bool sweeping = false;
  epoll_event events[256];
  for (;;) {
    // What was said during a pass begins the next one at once, as it does in our server.
    const bool due = sweeping || swept < log.head();
    const int count = ::epoll_wait(epoll, events, 256, due ? 0 : -1);
    for (int at = 0; at < count; ++at) {
      const int fd = events[at].data.fd;
      if (fd == listener) {
        for (int peer; (peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          const int on = 1;
          ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
          watch(peer);
        }
      } else {
        char request[16'384];
        const ssize_t got = ::read(fd, request, sizeof(request));
        const auto index = static_cast<size_t>(fd);
        if (place.size() <= index) place.resize(index + 1, SIZE_MAX);
        if (got <= 0) {
          ::close(fd);
          if (place[index] != SIZE_MAX) clients[place[index]].fd = -1;
          place[index] = SIZE_MAX;
        } else if (place[index] == SIZE_MAX) {
          const std::string answer = accept_of(std::string(request, static_cast<size_t>(got)));
          if (::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) continue;
          place[index] = clients.size();
          clients.push_back({fd, log.head()});
        } else {
          const std::string_view said(request, static_cast<size_t>(got));
          for (size_t mark = said.find("@t"); mark != said.npos; mark = said.find("@t", mark + 1))
            if (mark + kMarkBytes <= said.size()) log.say(said.substr(mark, kMarkBytes));
        }
      }
    }
    if (!sweeping && swept < log.head()) {
      sweeping = true;
      swept = log.head();
      next = 0;
    }
    for (size_t sent = 0; sweeping && sent < kSlice; ++sent) {
      if (next == clients.size()) {
        sweeping = false;
        break;
      }
      Client& client = clients[next++];
      if (client.fd < 0 || client.cursor == log.head()) continue;
      const ssize_t taken =
          ::send(client.fd, log.at(client.cursor), log.head() - client.cursor, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (taken > 0) client.cursor += static_cast<size_t>(taken);
    }
  }
}
