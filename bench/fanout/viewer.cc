#include "viewer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace bench {
namespace {

double ms_since(Clock::time_point from) {
  return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

std::string request_of(const Target& target) {
  std::string out = "GET " + target.path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (target.protocol == Protocol::ws)
    out +=
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  return out + "\r\n";
}

std::string_view text_of(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Viewer::Viewer(const Target& target) : target_(target) {
  fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
  if (target.receive_buffer > 0)
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &target.receive_buffer, sizeof(target.receive_buffer));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(target.port));
  began_ = last = Clock::now();
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(fd_);
    fd_ = -1;
    return;
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (target.tls != nullptr) {
    tls_ = SSL_new(target.tls);
    SSL_set_fd(tls_, fd_);
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    SSL_connect(tls_);  // the hello leaves now; the rest of the handshake comes with read()
    return;
  }
  ask();
}

Viewer::~Viewer() {
  SSL_free(tls_);
  if (fd_ >= 0) ::close(fd_);
}

void Viewer::send(std::string_view text) {
  if (tls_ != nullptr)
    SSL_write(tls_, text.data(), static_cast<int>(text.size()));
  else if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
    ::shutdown(fd_, SHUT_RDWR);  // the next read says so
}

void Viewer::ask() {
  asked_ = true;
  if (target_.protocol == Protocol::rtmp)
    send(text_of(rtmp_hello()));
  else
    send(request_of(target_));
}

// As recv() does, under TLS too.
ssize_t Viewer::receive(char* into, size_t most) {
  if (tls_ == nullptr) return ::recv(fd_, into, most, MSG_DONTWAIT);
  int code = 0;
  size_t got = 0;
  if (!asked_) {
    code = SSL_connect(tls_);
    if (code == 1) ask();
  } else {
    while (got < most && (code = SSL_read(tls_, into + got, static_cast<int>(most - got))) > 0)
      got += static_cast<size_t>(code);
  }
  if (got > 0) return static_cast<ssize_t>(got);
  const bool wait = code == 1 || SSL_get_error(tls_, code) == SSL_ERROR_WANT_READ;
  errno = EAGAIN;
  return wait ? -1 : 0;
}

Viewer::Got Viewer::read(std::vector<char>& buffer, size_t most, bool watch, bool in_window) {
  const ssize_t got = receive(buffer.data(), std::min(most, buffer.size()));
  if (got < 0 && errno == EAGAIN) return Got::nothing;
  if (got <= 0) return Got::end;
  const auto now = Clock::now();
  bytes += static_cast<uint64_t>(got);
  ++reads;
  longest_gap_s = std::max(longest_gap_s, std::chrono::duration<double>(now - last).count());
  last = now;
  if (!watch && sight_.first_key_ms) return Got::bytes;
  return hear({buffer.data(), static_cast<size_t>(got)}, in_window) ? Got::bytes : Got::end;
}

// False when the server says something else than a stream.
bool Viewer::hear(std::string_view in, bool in_window) {
  if (!answered_) {
    head_.append(in);
    size_t end = 0;
    if (target_.protocol == Protocol::rtmp) {
      if (head_.size() < kRtmpGreeting) return true;
      end = kRtmpGreeting;
      RtmpTarget target("rtmp://localhost/" + target_.path);
      send(text_of(rtmp_begin(target, false)));
    } else {
      end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return true;
      end += 4;
      if (head_.compare(8, 4, " 200") != 0 && head_.compare(8, 4, " 101") != 0) return false;
    }
    answered_ = true;
    const std::string rest = head_.substr(end);
    head_ = {};
    return rest.empty() || hear(rest, in_window);
  }
  const OnTag on = [&](const Tag& tag) { on_tag(tag, in_window); };
  if (target_.protocol == Protocol::rtmp) return rtmp_.read(in, on);
  if (target_.protocol == Protocol::ws)
    unwrap_.read(in, [&](std::string_view part) { flv_.read(part, on); });
  else
    flv_.read(in, on);
  return true;
}

void Viewer::on_tag(const Tag& tag, bool in_window) {
  if (tag.type == kAudioTag && tag.is_frame()) audio_ms_ = tag.ms;
  if (tag.type != kVideoTag) return;
  if (!tag.is_frame()) {
    configured_ = true;
    return;
  }
  if (tag.is_key() && !sight_.first_key_ms) sight_.first_key_ms = ms_since(began_);
  const double drift = audio_ms_ - tag.ms;
  if (sight_.pictures == 250) sight_.drift_first_ms = sight_.drift_ms;
  sight_.drift_ms += (sight_.pictures < 50 ? 0.2 : 0.02) * (drift - sight_.drift_ms);
  if (const auto stamp = read_stamp(tag.start)) on_picture(tag, *stamp, in_window);
}

void Viewer::on_picture(const Tag& tag, Stamp stamp, bool in_window) {
  ++sight_.pictures;
  if (last_picture_ && stamp.number != *last_picture_ + 1) {
    const bool decodable = stamp.number > *last_picture_ && tag.is_key() && configured_;
    ++(decodable ? sight_.skips : sight_.breaks);
  }
  if (!last_picture_ && !tag.is_key()) ++sight_.breaks;
  last_picture_ = stamp.number;
  configured_ = false;
  if (!in_window) return;
  const auto now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
  const double late_ms = static_cast<double>(now_ns - stamp.sent_ns) / 1e6;
  sight_.lag_max_ms = std::max(sight_.lag_max_ms, late_ms);
  if (!slow) sight_.latency_ms.push_back(static_cast<float>(late_ms));
}

}  // namespace bench
