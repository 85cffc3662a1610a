// One viewer of the load: a socket, how it asks, and what it has seen.
//
// Owns    its descriptor and TLS session.
// Thread  one.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tag_reader.h"

namespace bench {

using Clock = std::chrono::steady_clock;

enum class Protocol : uint8_t { flv, ws, rtmp, https };

struct Target {
  Protocol protocol = Protocol::flv;
  int port = 0;
  std::string path;  // "/live/bench.flv"; RTMP: "live/bench"
  SSL_CTX* tls = nullptr;
  int receive_buffer = 0;  // bytes; 0: the system's
};

// What the picture did, in milliseconds.
struct Sight {
  std::vector<float> latency_ms;  // of each picture in the window
  std::optional<double> first_key_ms;
  uint64_t pictures = 0;
  uint64_t skips = 0;     // pictures left out, then a key frame with fresh sequence headers
  uint64_t breaks = 0;    // pictures missing without that: the decoder would show rubbish
  double lag_max_ms = 0;  // of a picture, when its last byte had come
  double drift_first_ms = 0;
  double drift_ms = 0;  // newest audio minus newest video, as they came: smoothed
};

class Viewer {
 public:
  // Connects and asks. Everything after goes through read().
  explicit Viewer(const Target& target);
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  enum class Got : uint8_t { bytes, nothing, end };
  // Reads once, at most `most` bytes; `watch`: every tag is looked at, also after the first key frame.
  Got read(std::vector<char>& buffer, size_t most, bool watch, bool in_window);

  int fd() const { return fd_; }
  bool connected() const { return fd_ >= 0; }
  Sight& sight() { return sight_; }
  const Sight& sight() const { return sight_; }

  uint64_t bytes = 0;
  uint64_t reads = 0;
  double longest_gap_s = 0;
  Clock::time_point last;
  bool slow = false;
  bool stalled = false;

 private:
  void send(std::string_view text);
  void ask();
  bool hear(std::string_view in, bool in_window);
  void on_tag(const Tag& tag, bool in_window);
  void on_picture(const Tag& tag, Stamp stamp, bool in_window);
  ssize_t receive(char* into, size_t most);

  Target target_;
  int fd_ = -1;
  SSL* tls_ = nullptr;
  bool asked_ = false;
  Clock::time_point began_;
  std::string head_;  // of the answer, until it is complete
  bool answered_ = false;
  FlvReader flv_;
  WebSocketUnwrap unwrap_;
  RtmpReader rtmp_;
  std::optional<uint64_t> last_picture_;
  bool configured_ = false;  // a video sequence header since the last picture
  double audio_ms_ = 0;
  Sight sight_;
};

}  // namespace bench
