#include "media/ingest/rtmp_publisher.h"

#include "base/log.h"
#include "net/client_address.h"

namespace vitrine {
namespace {

constexpr Milliseconds kWriteLimit{5'000};
constexpr Milliseconds kLinger{1'000};
constexpr Microseconds kReportEvery{1'000'000};

constexpr Error kSeatLost{ErrorKind::gone, "publish.taken_over"};

struct Refusal {
  std::string_view code;
  std::string_view words;
};

// What the person at the encoder reads.
Refusal refusal_of(Error why) {
  if (why.reason == "publish.stream")
    return {"NetStream.Publish.BadName", "A stream's name is 1 to 64 letters, digits, '_' or '-'."};
  if (why.kind == ErrorKind::conflict)
    return {"NetStream.Publish.BadName",
            "The stream is being published already. Stop the other encoder, or add &takeover=1 to the key."};
  if (why.kind == ErrorKind::too_fast)
    return {"NetStream.Publish.Unauthorized", "Too many wrong stream keys from here. Wait a minute."};
  if (why.kind == ErrorKind::unauthenticated || why.reason == "publish.key")
    return {"NetStream.Publish.Unauthorized", "The stream key is missing or wrong. Use STREAM?key=KEY."};
  return {"NetStream.Publish.Failed", "The server cannot take the stream now. Try again."};
}

// A peer's text for the log: printable and short.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 60)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

}  // namespace

RtmpPublisher::RtmpPublisher(Core& core, TcpSocket socket, Uses uses)
    : uses_(uses),
      core_(core),
      socket_(std::move(socket)),
      address_(socket_.peer_address()),
      group_(address_group(address_)),
      session_(uses.random),
      deadline_(core.io(), [this] {
        overdue_ = true;
        socket_.close();
      }) {
  socket_.set_write_limit(kWriteLimit);
}

Task<std::optional<RtmpGuest>> RtmpPublisher::run() {
  deadline_.arm(uses_.times.handshake);
  Result<void> going;
  while (going && !guest_) {
    const auto got = co_await socket_.read_some(core_.read_buffer());
    if (!got) going = got.error();
    if (!got || *got == 0) break;
    Bytes in = Bytes(core_.read_buffer()).first(*got);
    auto event = take_frames(in);
    if (!event)
      going = event.error();
    else if (*event || session_.has_output())
      going = co_await take_bytes({in.begin(), in.end()}, *std::move(event));
  }
  if (going && guest_) {
    deadline_.disarm();
    co_return std::move(guest_);
  }
  co_await finish(going);
  co_return std::nullopt;
}

Task<void> RtmpPublisher::finish(Result<void> how) {
  const std::string_view why = overdue_ ? "rtmp.overdue" : how ? "closed by peer" : how.error().reason;
  log_info("media.rtmp_ended",
           {{"address", address_}, {"stream", stream_}, {"why", why}, {"dropped", dropped_}});
  leave(PublishEnd::lost);
  if (const auto said = co_await flush(); said) co_await linger();
}

// What a publisher sends nearly all the time, without waiting: returns at the first event that may wait, at
// the first answer to be sent, or when there is no whole message left. Cuts what it used off `in`.
Result<std::optional<RtmpEvent>> RtmpPublisher::take_frames(Bytes& in) {
  while (true) {
    auto event = session_.next(in);
    note_handshake();
    if (!event || !*event || session_.has_output()) return event;
    auto* media = std::get_if<RtmpMedia>(&**event);
    if (media == nullptr) return event;
    if (const auto taken = take_media(std::move(*media)); !taken) return taken.error();
  }
}

// The rest of what was read, when something in it may wait: `first` and all behind it.
Task<Result<void>> RtmpPublisher::take_bytes(std::vector<uint8_t> bytes, std::optional<RtmpEvent> first) {
  Bytes in = bytes;
  auto event = Result<std::optional<RtmpEvent>>(std::move(first));
  while (true) {
    if (session_.has_output()) {
      if (auto sent = co_await flush(); !sent) co_return sent;
    }
    if (!event) co_return event.error();
    if (!*event) co_return Result<void>();
    if (auto* play = std::get_if<RtmpPlayAsked>(&**event)) {
      guest_.emplace(std::move(socket_), std::move(session_), std::move(*play),
                     std::vector<uint8_t>(in.begin(), in.end()));
      co_return Result<void>();
    }
    Result<void> taken;
    if (auto* media = std::get_if<RtmpMedia>(&**event))
      taken = take_media(std::move(*media));
    else
      taken = co_await take_event(**std::move(event));
    if (!taken) co_return taken;
    event = session_.next(in);
    note_handshake();
  }
}

void RtmpPublisher::note_handshake() {
  if (handshaken_ || !session_.handshaken()) return;
  handshaken_ = true;
  deadline_.arm(uses_.times.publish);
}

Task<Result<void>> RtmpPublisher::take_event(RtmpEvent event) {
  if (const auto* metadata = std::get_if<RtmpMetadata>(&event)) {
    if (frames_) frames_->take(*metadata);
    co_return Result<void>();
  }
  if (auto* asked = std::get_if<RtmpPublishAsked>(&event)) {
    auto moved = std::move(*asked);
    co_return co_await take_publish(std::move(moved));
  }
  leave(PublishEnd::finished);
  deadline_.arm(uses_.times.publish);
  co_return co_await flush();
}

Task<Result<void>> RtmpPublisher::take_publish(RtmpPublishAsked asked) {
  auto request = read_publish_request(asked.name, asked.query);
  if (!request) co_return co_await refuse(request.error());
  // By address and stream: one encoder with an old key must not lock out the others behind its address.
  const std::string who = group_ + " " + request->stream;
  if (uses_.tries.must_wait(who, uses_.clock.monotonic()))
    co_return co_await refuse(Error{ErrorKind::too_fast, "publish.tries"});
  request->address = address_;
  request->encoder = printable(asked.encoder);
  stream_ = request->stream;

  deadline_.disarm();  // the gate has its own limits
  auto sink = co_await uses_.gate.admit(*std::move(request));
  if (!sink) {
    if (sink.error().kind == ErrorKind::unauthenticated) uses_.tries.failed(who, uses_.clock.monotonic());
    co_return co_await refuse(sink.error());
  }
  sink_ = *std::move(sink);
  frames_.emplace();
  meter_ = {};
  reported_ = uses_.clock.monotonic();
  session_.accept_publish();
  socket_.set_read_beat(sink_->beat());
  deadline_.arm(uses_.times.first_frame);
  co_return co_await flush();
}

// Says why in the protocol's words; the error it returns ends the connection.
Task<Result<void>> RtmpPublisher::refuse(Error why) {
  const auto refusal = refusal_of(why);
  log_warn("media.publish_refused", {{"address", address_}, {"stream", stream_}, {"why", why.reason}});
  session_.refuse_publish(refusal.code, refusal.words);
  auto sent = co_await flush();
  if (!sent) co_return sent;
  co_return Result<void>(why);
}

Result<void> RtmpPublisher::take_media(RtmpMedia media) {
  if (!sink_) return {};
  const auto now = uses_.clock.monotonic();
  auto frame = frames_->take(std::move(media), now);
  if (!frame && frame.error().kind == ErrorKind::unsupported) {
    // Better than a stream that silently lacks its picture or its sound.
    session_.refuse_publish("NetStream.Publish.Failed", frames_->refusal());
    return frame.error();
  }
  if (!frame) {
    // A broken message costs itself only; the first is worth a line, the count is logged at the end.
    if (dropped_++ == 0)
      log_warn("media.message_dropped", {{"stream", stream_}, {"why", frame.error().reason}});
    return {};
  }
  if (!*frame) return {};
  deadline_.arm(uses_.times.silence);
  meter_.add(**frame);
  const auto taken = sink_->take(**std::move(frame));
  if (!taken && taken.error().kind == ErrorKind::gone) return kSeatLost;
  if (!taken) ++dropped_;
  if (now - reported_ >= kReportEvery) {
    reported_ = now;
    auto stats = meter_.stats(now);
    stats.time_wraps = frames_->time_wraps();
    stats.dropped = dropped_;
    sink_->report(stats);
    socket_.set_read_beat(sink_->beat());
  }
  return {};
}

void RtmpPublisher::leave(PublishEnd why) {
  if (sink_) sink_->end(why);
  sink_.reset();
  frames_.reset();
  socket_.set_read_beat(Milliseconds(0));
}

Task<Result<void>> RtmpPublisher::flush() {
  const auto output = session_.take_output();
  if (output.empty()) co_return Result<void>();
  co_return co_await socket_.write_all(output);
}

// Lets the last words arrive: closing while the peer's bytes lie unread would reset the connection and
// take them back.
Task<void> RtmpPublisher::linger() {
  if (!socket_.is_open()) co_return;
  socket_.finish_writing();
  deadline_.arm(kLinger);
  std::vector<uint8_t> ignored(4'096);
  while (true) {
    const auto got = co_await socket_.read_some(ignored);
    if (!got || *got == 0) break;
  }
  deadline_.disarm();
  socket_.close();
}

}  // namespace vitrine
