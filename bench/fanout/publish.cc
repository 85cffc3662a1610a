// Publishes a recorded FLV file round and round by RTMP, each tag at its own millisecond, and stamps every
// picture with its number and the time it leaves (clip.h), so that viewers can tell how long it took and
// whether one is missing. A file player's own pacing comes in bursts, which would measure the player.
//
//   fanout_publish CLIP.flv PHASE_MS RTMP_URL...    prints "live" when all streams have begun, then goes on
//                                                   until it is killed or a server closes
//   fanout_publish CLIP.flv                         prints the clip's bytes per second
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <queue>

#include "clip.h"
#include "rtmp_client.h"

namespace {

using bench::Clip;
using bench::ClipTag;

int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "fanout_publish: %s\n", what);
  std::exit(1);
}

class Publisher {
 public:
  Publisher(const Clip& clip, const std::string& url, int64_t start_ns) : clip_(clip), start_ns_(start_ns) {
    const bench::RtmpTarget target(url);
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    inet_pton(AF_INET, target.host.c_str(), &address.sin_addr);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) fail("cannot connect");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    send(bench::rtmp_hello());
    std::string heard = read_until([](const std::string& in) { return in.size() >= bench::kRtmpGreeting; });
    send(bench::rtmp_begin(target, true));
    read_until([](const std::string& in) { return in.find("Publish.Start") != std::string::npos; });
  }

  // When the next tag is due.
  int64_t due_ns() const { return start_ns_ + (base_ms_ + clip_.tags()[next_].ms) * 1'000'000; }

  void send_next() {
    const ClipTag& tag = clip_.tags()[next_];
    if (base_ms_ == 0 || clip_.is_frame(tag)) send_tag(tag);
    if (++next_ < clip_.tags().size()) return;
    next_ = 0;
    base_ms_ += clip_.period_ms();
  }

  // Acknowledgements: nobody needs them, but they must not fill the socket.
  void drain() {
    char buffer[4096];
    ssize_t got = 0;
    while ((got = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) continue;
    if (got == 0) fail("the server closed");
  }

 private:
  template <class Done>
  std::string read_until(Done done) {
    std::string heard;
    while (!done(heard)) {
      char buffer[4096];
      const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) fail("the server refused");
      heard.append(buffer, static_cast<size_t>(got));
    }
    return heard;
  }

  void send_tag(const ClipTag& tag) {
    const std::string_view body = clip_.body(tag);
    vitrine::RtmpMessage message{static_cast<vitrine::RtmpType>(tag.type), bench::kNetStream,
                                 static_cast<uint32_t>(base_ms_ + tag.ms),
                                 std::vector<uint8_t>(body.begin(), body.end())};
    if (tag.type == bench::kVideoTag && clip_.is_frame(tag)) {
      const std::string stamp = bench::stamp_bytes({pictures_++, now_ns()});
      std::copy(stamp.begin(), stamp.end(), message.body.begin() + bench::kVideoHead);
    }
    vitrine::ByteWriter out;
    vitrine::write_rtmp_message(out, tag.type == bench::kVideoTag ? 6 : 4, message, bench::kRtmpChunk);
    send(out.take());
  }

  void send(const std::vector<uint8_t>& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t taken = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (taken <= 0) fail("the server closed");
      sent += static_cast<size_t>(taken);
    }
  }

  const Clip& clip_;
  int64_t start_ns_;
  int fd_ = -1;
  int64_t base_ms_ = 0;
  size_t next_ = 0;
  uint64_t pictures_ = 0;
};

void wait_until(int64_t ns) {
  const timespec at{ns / 1'000'000'000, ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) != 0) continue;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const Clip clip(argv[1]);
  if (argc == 2) {
    std::printf("%.0f\n", clip.bytes_per_second());
    return 0;
  }
  constexpr int64_t kPictureNs = 40'000'000;
  const int streams = argc - 3;
  const int64_t start = now_ns() + std::atol(argv[2]) * 1'000'000;
  std::vector<Publisher> publishers;
  publishers.reserve(static_cast<size_t>(streams));
  using Due = std::pair<int64_t, size_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
  for (int at = 0; at < streams; ++at) {
    publishers.emplace_back(clip, argv[3 + at], start + kPictureNs * at / streams);
    due.emplace(publishers.back().due_ns(), publishers.size() - 1);
  }
  std::printf("live\n");
  std::fflush(stdout);
  for (int64_t drained = 0;;) {
    const auto [at, which] = due.top();
    due.pop();
    wait_until(at);
    publishers[which].send_next();
    due.emplace(publishers[which].due_ns(), which);
    if (at - drained < 500'000'000) continue;
    drained = at;
    for (Publisher& publisher : publishers) publisher.drain();
  }
}
