#include "media/pull/puller.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "base/log.h"
#include "runtime/tls_context.h"

namespace vitrine {
namespace {

constexpr size_t kReadBytes = 16'384;
constexpr Microseconds kReportEvery{1'000'000};
constexpr Error kEnded{ErrorKind::gone, "pull.ended"};
constexpr Error kOverdue{ErrorKind::timed_out, "pull.overdue"};
constexpr Error kUnknownHost{ErrorKind::unavailable, "pull.name"};
constexpr Error kTakenOver{ErrorKind::conflict, "publish.busy"};

}  // namespace

Milliseconds pull_wait(const PullTimes& times, int failures, Random& random) {
  Milliseconds time = times.retry_least;
  for (int at = 0; at < failures && time < times.retry_most; ++at) time *= 2;
  const int64_t half = std::min(time, times.retry_most).count() / 2;
  return Milliseconds(half + static_cast<int64_t>(random.below(static_cast<uint64_t>(half) + 1)));
}

Puller::Puller(Core& home, PullOrder order, Uses uses)
    : home_(home),
      order_(std::move(order)),
      uses_(std::move(uses)),
      deadline_(home.io(),
                [this] {
                  overdue_ = true;
                  socket_.close();
                }),
      retry_timer_(home.io()),
      since_(uses_.clock.wall()) {}

PullView Puller::view() const {
  return {order_, state_, since_, error_, connections_};
}

void Puller::close() {
  closed_ = true;
  socket_.close();
  retry_timer_.cancel();
}

Task<void> Puller::run() {
  while (!closed_) {
    enter(PullState::connecting);
    ++connections_;
    const Error why = co_await attempt();
    leave();
    if (closed_) break;
    error_ = overdue_ ? kOverdue.reason : why.reason;
    const Milliseconds time = pull_wait(uses_.times, failures_++, uses_.random);
    enter(PullState::waiting);
    log_warn("media.pull_waiting", {{"stream", order_.stream},
                                    {"server", order_.url.server()},
                                    {"why", error_},
                                    {"retry_ms", time.count()},
                                    {"dropped", dropped_}});
    co_await wait(time);
  }
}

void Puller::enter(PullState state) {
  if (state_ == state) return;
  state_ = state;
  since_ = uses_.clock.wall();
}

Task<void> Puller::wait(Milliseconds time) {
  boost::system::error_code ended;
  retry_timer_.expires_after(time);
  co_await retry_timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
}

// One connection, and those that redirects lead to, from the beginning to its end.
Task<Error> Puller::attempt() {
  overdue_ = false;
  const auto view = co_await uses_.directory.view(order_.stream);
  if (view && view->publisher) co_return kTakenOver;
  PullUrl url = order_.url;
  for (int redirects = 0; redirects <= kRedirectsMax; ++redirects) {
    const auto connected = co_await connect(&url);
    if (!connected) co_return connected.error();
    const auto led = co_await converse(&url);
    if (!led) co_return led.error();
    auto next = read_redirect(url, led->location);
    if (!next) co_return next.error();
    url = *std::move(next);
    socket_.close();
  }
  co_return Error{ErrorKind::invalid_input, "pull.redirects"};
}

// The address that was checked is the one connected to: a name is asked for once a connection.
Task<Result<std::string>> Puller::find_address(std::string host) {
  const auto found = co_await uses_.hosts.look_up(std::move(host), uses_.times.look_up);
  if (!found) co_return found.error();
  if (found->empty()) co_return kUnknownHost;
  const AddressPolicy policy = uses_.policy();
  const auto allowed =
      std::ranges::find_if(*found, [&policy](const auto& address) { return policy.allows(address); });
  if (allowed == found->end()) co_return Error{ErrorKind::forbidden, "pull.address"};
  co_return *allowed;
}

Task<Result<void>> Puller::connect(const PullUrl* url) {
  auto address = co_await find_address(url->host);
  if (!address) co_return address.error();
  if (closed_) co_return kEnded;
  auto socket = co_await TcpSocket::connect(home_, *std::move(address), url->port, uses_.times.connect);
  if (!socket) co_return socket.error();
  if (closed_) co_return kEnded;
  socket_ = *std::move(socket);
  socket_.set_write_limit(uses_.times.connect);
  if (!url->secure()) co_return Result<void>();
  // A server in one's own network rarely has a certificate that an authority vouches for.
  const bool own = !AddressPolicy({}).allows(socket_.peer_address());
  auto make = [trust = own ? TlsContext::Trust::anybody : TlsContext::Trust::authorities] {
    return TlsContext::client(trust);
  };
  auto context = co_await uses_.blocking.run(std::move(make));
  if (!context) co_return context.error();
  co_return co_await socket_.start_tls(*std::move(context), url->host, uses_.times.connect);
}

Task<Result<PullRedirect>> Puller::converse(const PullUrl* url) {
  const auto talk = make_pull_talk(*url, uses_.random);
  deadline_.arm(uses_.times.first_frame);
  if (auto sent = co_await send_output(talk.get()); !sent) co_return sent.error();
  std::vector<uint8_t> buffer(kReadBytes);
  while (true) {
    const auto got = co_await socket_.read_some(buffer);
    if (!got) co_return got.error();
    if (*got == 0) co_return kEnded;
    Bytes in = Bytes(buffer).first(*got);
    while (true) {
      auto event = talk->next(in);
      if (auto sent = co_await send_output(talk.get()); !sent) co_return sent.error();
      if (!event) co_return event.error();
      if (!*event) break;
      if (auto* redirect = std::get_if<PullRedirect>(&**event)) co_return std::move(*redirect);
      if (std::holds_alternative<RtmpPlayEnded>(**event)) co_return kEnded;
      if (const auto* metadata = std::get_if<RtmpMetadata>(&**event)) {
        if (!frames_) frames_.emplace();
        frames_->take(*metadata);
        continue;
      }
      auto media = std::get<RtmpMedia>(**std::move(event));
      if (auto taken = co_await take_media(std::move(media)); !taken) co_return taken.error();
    }
  }
}

Task<Result<void>> Puller::send_output(PullTalk* talk) {
  const auto output = talk->take_output();
  if (output.empty()) co_return Result<void>();
  co_return co_await socket_.write_all(output);
}

// As a publisher's (ingest/rtmp_publisher.cc): a broken message costs itself only, a codec we do not take
// ends the pull rather than giving viewers half a stream.
Task<Result<void>> Puller::take_media(RtmpMedia media) {
  const auto now = uses_.clock.monotonic();
  if (!frames_) frames_.emplace();
  auto frame = frames_->take(std::move(media), now);
  if (!frame && frame.error().reason == "flv.codec") co_return frame.error();
  if (!frame) {
    ++dropped_;
    co_return Result<void>();
  }
  if (!*frame) co_return Result<void>();
  if (!sink_) {
    if (auto seated = co_await take_seat(); !seated) co_return seated;
  }
  deadline_.arm(uses_.times.silence);
  meter_.add(**frame);
  const auto taken = sink_->take(**std::move(frame));
  if (!taken && taken.error().kind == ErrorKind::gone)
    co_return taken.error().reason == kPublishEnded ? kEnded : kTakenOver;
  if (!taken) ++dropped_;
  report(now);
  co_return Result<void>();
}

Task<Result<void>> Puller::take_seat() {
  const std::string address = socket_.peer_address();
  const std::string source = "pull " + order_.url.server();
  StreamClaim claim{.stream = order_.stream, .address = address, .encoder = source, .yields = true};
  auto sink = co_await uses_.directory.publish(std::move(claim));
  if (!sink) co_return sink.error();
  if (closed_) co_return kEnded;
  sink_ = uses_.book.enter(*std::move(sink), {.id = uses_.ids.next_value(),
                                              .stream = order_.stream,
                                              .key = {},
                                              .pull = order_.id,
                                              .key_ends = {},
                                              .address = address,
                                              .encoder = source,
                                              .since = uses_.clock.wall()});
  meter_ = {};
  live_since_ = reported_ = uses_.clock.monotonic();
  dropped_ = 0;
  enter(PullState::live);
  socket_.set_read_beat(sink_->beat());
  log_info("media.pull_live", {{"stream", order_.stream}, {"server", order_.url.server()}});
  co_return Result<void>();
}

void Puller::report(MonotonicTime now) {
  if (now - reported_ < kReportEvery) return;
  reported_ = now;
  auto stats = meter_.stats(now);
  stats.time_wraps = frames_->time_wraps();
  stats.dropped = dropped_;
  sink_->report(stats);
  socket_.set_read_beat(sink_->beat());
  if (now - live_since_ >= uses_.times.steady) failures_ = 0;
}

// Also after a clean end: viewers stay for the grace in case the source comes back.
void Puller::leave() {
  deadline_.disarm();
  socket_.close();
  if (sink_) sink_->end(PublishEnd::lost);
  sink_.reset();
  frames_.reset();
}

}  // namespace vitrine
