// One live stream: takes frames from its publisher, puts them on its own line of time, keeps the newest
// group of pictures, and hands them to the feeds of the wire formats somebody watches.
//
//   idle --first frames--> live --publisher gone--> lost --frames again--> live
//                           ^                        |
//                           |                        | grace over: feeds end, the epoch with them
//                           +----- frames (new epoch) ---- idle
//
// Owns    the publisher's seat, the line, the group of pictures, one StreamFeed per wire format in use.
// Thread  the stream's home core (hash of its name); every method checks it.
// Never   knows a viewer, writes a wire format, blocks, or waits for anyone slow.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "contract/media.h"
#include "media/codec/frame_sink.h"
#include "media/hub/feed.h"
#include "media/hub/gop_cache.h"
#include "media/hub/media_line.h"
#include "media/hub/publisher_seat.h"
#include "media/hub/start_hold.h"
#include "runtime/core.h"

namespace vitrine {

struct StreamLimits {
  GopLimits gop;
  Milliseconds grace{15'000};  // how long viewers stay attached after the publisher dropped
  Milliseconds feed_idle{10'000};
};

// What a stream needs from outside; all of it outlives the stream.
struct StreamUses {
  Cores& cores;
  Core& home;
  const Clock& clock;
  FlushPacers& pacers;
  const MakeFeedWriter& make_writer;
  // Read when a feed is made, and at each publisher's end: a reload acts from then on.
  std::function<StreamLimits()> limits;
  std::function<FeedOptions()> feed_options;
};

// What any thread may read about a stream without asking its core.
struct StreamPulse {
  std::atomic<StreamState> state{StreamState::idle};
  std::atomic<int64_t> epoch{0};
  std::atomic<int64_t> newest_pts{0};
  std::atomic<int64_t> viewers{0};
};

// What the publisher's side and the stream know of each other across cores.
struct SeatLink {
  PublisherSeat::Ticket ticket;
  std::atomic<bool> gone{false};        // somebody else has the seat
  std::atomic<uint32_t> on_the_way{0};  // frames posted and not yet taken
  std::atomic<int> beat_ms{0};          // FrameSink::beat()
};

struct PublisherInfo {
  std::string address;
  std::string encoder;
  WallTime since;
  PublisherStats stats;
};

struct StreamView {
  std::string name;
  StreamState state = StreamState::idle;
  std::optional<PublisherInfo> publisher;
  std::optional<MediaTime> newest;
  std::map<WireFormat, RingStats> sent_by;  // of every format that was ever watched
  RingStats sent() const;                   // all of them together
  TimeRepairs repairs;
};

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  // Made by make_shared. `on_state` hears of each change, on the home core.
  Stream(std::string name, StreamUses uses, std::function<void(StreamState)> on_state);
  ~Stream();

  // The publisher's side. claim: errors `conflict` "publish.busy". take: false when the seat is somebody
  // else's; a frame goes on the line and to the feeds.
  Result<std::shared_ptr<SeatLink>> claim(PublisherInfo info, SeatClaim claim);
  bool take(PublisherSeat::Ticket ticket, Frame frame);
  void report(PublisherSeat::Ticket ticket, const PublisherStats& stats);
  void leave(PublisherSeat::Ticket ticket, PublishEnd why);

  // The viewers' side. The stream's feed in a wire format, made on first use; valid until control returns
  // to the loop. Errors: `not_found` "media.not_live".
  Result<StreamFeed*> feed(WireFormat format);
  bool live() const { return state_ != StreamState::idle; }
  bool starting() const { return seat_.taken() && !live(); }
  const TrackConfigPtr& video() const { return video_; }
  const TrackConfigPtr& audio() const { return audio_; }

  const std::string& name() const { return name_; }
  StreamView view();
  const std::shared_ptr<StreamPulse>& pulse() const { return pulse_; }
  // Nobody publishes, and nobody watches what was.
  bool disused() const { return state_ == StreamState::idle && !seat_.taken(); }
  // Ends the epoch now: viewers get what there is and are let go.
  void end();

 private:
  static constexpr Milliseconds kTickInterval{1'000};

  void place(Frame frame);
  void enter(StreamState state);
  void begin_grace();
  Milliseconds beat() const;
  void tick_later();
  void drop_idle_feeds();
  std::map<WireFormat, RingStats> sent_by();

  HomeCore home_;
  std::string name_;
  StreamUses uses_;
  std::function<void(StreamState)> on_state_;
  std::shared_ptr<StreamPulse> pulse_ = std::make_shared<StreamPulse>();

  StreamState state_ = StreamState::idle;
  PublisherSeat seat_;
  std::shared_ptr<SeatLink> link_;  // of who has the seat
  std::optional<PublisherInfo> publisher_;
  StartHold hold_;
  MediaLine line_;
  int64_t wraps_ = 0;  // of the publishers before the present one
  int64_t epoch_ = 0;
  TrackConfigPtr video_;
  TrackConfigPtr audio_;
  GopCache cache_;
  std::map<WireFormat, std::unique_ptr<StreamFeed>> feeds_;
  std::map<WireFormat, RingStats> past_;  // of feeds that are gone
  boost::asio::steady_timer grace_timer_;
  boost::asio::steady_timer tick_timer_;
  bool ticking_ = false;
};

}  // namespace vitrine
