// One pull: connects to another server, takes its stream, gives it to a stream of ours, and tries again for
// as long as it is wanted.
//
//   connecting --first frame, seat--> live --end, error, silence--> waiting --0.5 s to 30 s--> connecting
//        | any Error, time over                                        ^
//        +-------------------------------------------------------------+
//
// It yields: a publisher who comes takes its seat, and while somebody publishes it does not even connect.
//
// Owns    the socket, the conversation, and while live the stream's seat and its line in the book of
// publishers. Thread  the stream's home core. Never   logs more of its URL than scheme, host and port;
// connects to an address it has not checked.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "media/access/publisher_book.h"
#include "media/hub/stream_directory.h"
#include "media/ingest/publisher_meter.h"
#include "media/ingest/rtmp_frames.h"
#include "media/pull/pull_talk.h"
#include "net/address_policy.h"
#include "net/host_lookup.h"
#include "runtime/blocking_pool.h"
#include "runtime/deadline.h"
#include "runtime/tcp.h"

namespace vitrine {

struct PullOrder {
  PullId id;
  std::string stream;  // ours
  PullUrl url;
};

struct PullTimes {
  Milliseconds look_up{5'000};
  Milliseconds connect{5'000};       // TCP, and again for TLS
  Milliseconds first_frame{10'000};  // from the connection to the first frame
  Milliseconds silence{10'000};      // without a frame: the source is lost
  Milliseconds retry_least{500};     // doubled from failure to failure
  Milliseconds retry_most{30'000};
  Milliseconds steady{10'000};  // live for so long: the next failure counts as the first
};

// How long to wait after that many failures in a row: doubled each time up to a limit, and anywhere in the
// upper half of it, so that many pulls of one server that went away do not come back in the same moment.
Milliseconds pull_wait(const PullTimes& times, int failures, Random& random);

enum class PullState : uint8_t { connecting, live, waiting };
constexpr std::array<std::string_view, 3> enum_names(PullState) {
  return {"connecting", "live", "waiting"};
}

struct PullView {
  PullOrder order;
  PullState state = PullState::connecting;
  WallTime since;           // of the state
  std::string_view error;   // why the last try ended; empty before the first failure
  int64_t connections = 0;  // tries so far
};

class Puller {
 public:
  // All outlive it.
  struct Uses {
    StreamDirectory& directory;
    PublisherBook& book;
    HostLookups& hosts;
    BlockingPool& blocking;  // for authorities' certificates
    const Clock& clock;
    Random& random;
    IdSource& ids;
    std::function<AddressPolicy()> policy;  // asked on the home core at each connection
    PullTimes times;
  };
  Puller(Core& home, PullOrder order, Uses uses);

  // Until close(). Call once; the puller must outlive it.
  Task<void> run();
  // Ends run() soon; viewers keep the stream for its grace.
  void close();
  bool closing() const { return closed_; }
  PullView view() const;

 private:
  static constexpr int kRedirectsMax = 3;

  Task<Error> attempt();
  Task<Result<std::string>> find_address(std::string host);
  Task<Result<void>> connect(const PullUrl* url);
  // The redirect to follow, or why it ended.
  Task<Result<PullRedirect>> converse(const PullUrl* url);
  Task<Result<void>> send_output(PullTalk* talk);
  Task<Result<void>> take_media(RtmpMedia media);
  Task<Result<void>> take_seat();
  void report(MonotonicTime now);
  void enter(PullState state);
  Task<void> wait(Milliseconds time);
  void leave();

  Core& home_;
  PullOrder order_;
  Uses uses_;
  TcpSocket socket_;
  Deadline deadline_;
  boost::asio::steady_timer retry_timer_;
  bool closed_ = false;
  bool overdue_ = false;
  PullState state_ = PullState::connecting;
  WallTime since_;
  std::string_view error_;
  int64_t connections_ = 0;
  int failures_ = 0;  // in a row
  // While live.
  std::unique_ptr<FrameSink> sink_;
  std::optional<RtmpFrames> frames_;
  PublisherMeter meter_;
  MonotonicTime live_since_;
  MonotonicTime reported_;
  int64_t dropped_ = 0;  // messages that made no frame because something was wrong with them
};

}  // namespace vitrine
