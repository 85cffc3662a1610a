#include "media/egress/rtmp_viewer.h"

#include <array>

#include "base/log.h"
#include "media/protocol/stream_name.h"

namespace vitrine {
namespace {

constexpr Milliseconds kFarewellMax{1'000};  // for the last words to arrive
constexpr Milliseconds kLook{20};            // how often is looked whether the seat is between slabs
constexpr Microseconds kMinute{60'000'000};
constexpr size_t kReadBytes = 512;

constexpr Error kTalksTooMuch{ErrorKind::too_fast, "rtmp.chatter"};
constexpr Error kSeatEnded{ErrorKind::gone, "ring.seat_ended"};

struct Refusal {
  std::string_view code;
  std::string_view words;
};

// What the person at the player reads.
Refusal refusal_of(Error why) {
  if (why.kind == ErrorKind::not_found)
    return {"NetStream.Play.StreamNotFound", "Nobody is publishing this stream right now."};
  if (why.kind == ErrorKind::unauthenticated || why.kind == ErrorKind::forbidden)
    return {"NetStream.Play.Failed", "You may not watch this stream."};
  return {"NetStream.Play.Failed", "The server cannot play the stream now. Try again."};
}

SlabPtr slab_of(std::vector<uint8_t> bytes) {
  return std::make_shared<const Slab>(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)));
}

}  // namespace

RtmpViewer::RtmpViewer(Core& core, TcpSocket socket, RtmpSession session, Uses uses)
    : core_(core),
      uses_(uses),
      socket_(std::move(socket)),
      session_(std::move(session)),
      deadline_(core.io(), [this] { close(); }),
      chatter_since_(uses.clock.monotonic()) {}

Task<void> RtmpViewer::run(RtmpPlayAsked asked, std::vector<uint8_t> unread) {
  socket_.set_unsent_limit(kUnsentMax);
  Result<void> going = co_await play(std::move(asked));
  if (going) going = co_await take_bytes(unread);
  unread = {};
  std::array<uint8_t, kReadBytes> buffer;
  while (going) {
    const auto got = co_await socket_.read_some(buffer);
    if (!got || *got == 0) break;
    going = count_chatter(*got);
    if (going) going = co_await take_bytes(Bytes(buffer).first(*got));
  }
  close();
}

void RtmpViewer::close() {
  seat_.reset();
  socket_.close();
}

Result<void> RtmpViewer::count_chatter(size_t bytes) {
  const MonotonicTime now = uses_.clock.monotonic();
  if (now - chatter_since_ > kMinute) {
    chatter_since_ = now;
    chatter_ = 0;
  }
  chatter_ += bytes;
  if (chatter_ > kChatterMax) return kTalksTooMuch;
  return {};
}

Task<Result<void>> RtmpViewer::take_bytes(Bytes in) {
  while (!leaving_) {
    auto event = session_.next(in);
    if (auto sent = co_await send_output(); !sent) co_return sent;
    if (!event) co_return event.error();
    if (!*event) break;
    auto taken = co_await take_event(**std::move(event));
    if (!taken) co_return taken;
  }
  co_return Result<void>();
}

Task<Result<void>> RtmpViewer::take_event(RtmpEvent event) {
  if (auto* asked = std::get_if<RtmpPlayAsked>(&event)) {
    auto moved = std::move(*asked);
    auto left = co_await leave_seat();
    if (!left || leaving_) co_return left;
    co_return co_await play(std::move(moved));
  }
  if (const auto* pause = std::get_if<RtmpPauseAsked>(&event)) {
    if (pause->paused) {
      deadline_.arm(kPausedMax);
      co_return co_await leave_seat();
    }
    if (seat_) co_return Result<void>();
    co_return co_await take_seat();
  }
  if (std::holds_alternative<RtmpPlayEnded>(event)) {
    deadline_.arm(kIdleMax);
    co_return co_await leave_seat();
  }
  if (std::holds_alternative<RtmpPublishAsked>(event)) {
    // Whoever has come to watch stays a viewer: a publisher has other limits.
    session_.refuse_publish("NetStream.Publish.Failed", "Publish on a connection of its own.");
    say_farewell();
  }
  co_return Result<void>();
}

Task<Result<void>> RtmpViewer::play(RtmpPlayAsked asked) {
  deadline_.disarm();  // the gate has its own limits
  const auto admitted = ask_gate(std::move(asked));
  if (!admitted) {
    refuse(admitted.error());
    co_return Result<void>();
  }
  co_return co_await take_seat();
}

Result<void> RtmpViewer::ask_gate(RtmpPlayAsked asked) {
  if (!is_stream_name(asked.name)) return Error{ErrorKind::not_found, "media.not_live"};
  stream_ = std::move(asked.name);
  const PlayRequest request{.stream = stream_,
                            .path = "/live/" + stream_,
                            .query = std::move(asked.query),
                            .address = socket_.peer_address(),
                            .referer = std::move(asked.page),
                            .host = {}};
  auto pass = uses_.gate.admit_viewer(request);
  if (!pass) return pass.error();
  ViewerLine line;
  line.stream = stream_;
  line.protocol = "rtmp";
  line.address = request.address;
  line.viewer = std::move(pass->viewer);
  line.vouched = pass->vouched;
  entry_.reset();
  entry_.emplace(uses_.book.enter(std::move(line), [this] { close(); }));
  return {};
}

// The player's own words go first, so that it knows what the media is that follows.
Task<Result<void>> RtmpViewer::take_seat() {
  auto joined = co_await uses_.directory.join(stream_, WireFormat::rtmp, core_);
  if (!joined) {
    refuse(joined.error());
    co_return Result<void>();
  }
  deadline_.disarm();
  if (!session_.playing()) session_.accept_play();
  SeatStart start;
  if (auto words = session_.take_output(); !words.empty()) start.prefix.push_back(slab_of(std::move(words)));
  seat_ = std::make_unique<RingSeat>(std::move(joined->lease), socket_, *this, std::move(start));
  co_return Result<void>();
}

// Waits until the last slab has gone out whole: what comes next on this connection must begin at a chunk.
Task<Result<void>> RtmpViewer::leave_seat() {
  if (!seat_) co_return Result<void>();
  seat_->hold();
  while (seat_ && !seat_->at_rest()) co_await sleep_for(kLook);
  if (!seat_ && !leaving_) co_return kSeatEnded;
  seat_.reset();
  co_return Result<void>();
}

Task<Result<void>> RtmpViewer::send_output() {
  const auto output = session_.take_output();
  if (output.empty()) co_return Result<void>();
  // Who asks faster than it reads is closed: an answer left out would be a broken conversation.
  if (seat_) co_return seat_->send_private(output);
  co_return co_await socket_.write_all(output);
}

// The end.

void RtmpViewer::refuse(Error why) {
  const auto refusal = refusal_of(why);
  if (session_.playing())
    session_.end_play();  // it was paused, and the stream went meanwhile
  else
    session_.refuse_play(refusal.code, refusal.words);
  say_farewell();
}

void RtmpViewer::on_seat_end(SeatEnd end) {
  seat_.reset();
  if (end != SeatEnd::feed_ended) {
    close();
    return;
  }
  session_.end_play();
  say_farewell();
}

void RtmpViewer::say_farewell() {
  leaving_ = true;
  farewell_ = session_.take_output();
  deadline_.arm(kFarewellMax);
  send_farewell();
}

// The player closes when it has read it; else the deadline does.
void RtmpViewer::send_farewell() {
  while (!farewell_.empty()) {
    const iovec piece{farewell_.data(), farewell_.size()};
    const auto taken = socket_.send({&piece, 1});
    if (!taken) return close();
    if (*taken == 0) return socket_.when_writable([this] { send_farewell(); });
    farewell_.erase(farewell_.begin(), farewell_.begin() + static_cast<ptrdiff_t>(*taken));
  }
  socket_.finish_writing();
}

}  // namespace vitrine
