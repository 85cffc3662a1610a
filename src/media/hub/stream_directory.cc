#include "media/hub/stream_directory.h"

#include <utility>

#include "media/hub/stream_sink.h"

namespace vitrine {
namespace {

constexpr Milliseconds kLook{20};  // how often a waiting viewer looks whether the stream has begun

}  // namespace

StreamDirectory::StreamDirectory(Uses uses)
    : uses_(std::move(uses)),
      pacers_(uses_.cores),
      streams_(static_cast<size_t>(uses_.cores.count())),
      closed_(static_cast<size_t>(uses_.cores.count()), 0) {}

StreamDirectory::~StreamDirectory() = default;

// The publisher's side.

Task<Result<std::unique_ptr<FrameSink>>> StreamDirectory::publish(StreamClaim claim) {
  Core& home = uses_.cores.home_of(claim.stream);
  auto work = claim_here(std::move(claim));
  auto claimed = co_await on_core(home, std::move(work));
  if (!claimed) co_return claimed.error();
  std::unique_ptr<FrameSink> sink = std::make_unique<StreamSink>(home, claimed->stream, claimed->link);
  co_return sink;
}

Task<Result<StreamDirectory::Claimed>> StreamDirectory::claim_here(StreamClaim claim) {
  const auto stream = find_or_make(claim.stream);
  if (!stream) co_return stream.error();
  PublisherInfo info;
  info.address = std::move(claim.address);
  info.encoder = std::move(claim.encoder);
  auto link = (*stream)->claim(std::move(info), {claim.take_over, claim.yields});
  if (!link) co_return link.error();
  co_return Claimed{*stream, *link};
}

Result<std::shared_ptr<Stream>> StreamDirectory::find_or_make(const std::string& name) {
  Core& home = *Core::current();
  if (closed_[static_cast<size_t>(home.index())] != 0) return Error{ErrorKind::unavailable, "media.stopping"};
  Streams& streams = streams_here();
  if (const auto found = streams.find(name); found != streams.end()) return found->second;
  forget_disused();
  if (streams.size() >= kStreamsMax) return Error{ErrorKind::exhausted, "media.too_many_streams"};
  const StreamUses uses{uses_.cores,       home,         uses_.clock,       pacers_,
                        uses_.make_writer, uses_.limits, uses_.feed_options};
  auto on_state = [this, name](StreamState state) {
    if (listener_) listener_(name, state);
  };
  auto stream = std::make_shared<Stream>(name, uses, std::move(on_state));
  streams[name] = stream;
  pulses_.with([&](Pulses& pulses) { pulses[name] = stream->pulse(); });
  return stream;
}

void StreamDirectory::forget_disused() {
  Streams& streams = streams_here();
  for (auto at = streams.begin(); at != streams.end();) {
    if (!at->second->disused()) {
      ++at;
      continue;
    }
    pulses_.with([&](Pulses& pulses) { pulses.erase(at->first); });
    at = streams.erase(at);
  }
}

// The viewers' side.

Task<Result<StreamJoin>> StreamDirectory::join(std::string stream, WireFormat format, Core& core) {
  Core& home = uses_.cores.home_of(stream);
  auto work = join_here(std::move(stream), format, &core);
  co_return co_await on_core(home, std::move(work));
}

Task<Result<StreamJoin>> StreamDirectory::join_here(std::string name, WireFormat format, Core* core) {
  const MonotonicTime asked_at = uses_.clock.monotonic();
  const Error not_live{ErrorKind::not_found, "media.not_live"};
  for (;;) {
    const auto found = streams_here().find(name);
    if (found == streams_here().end()) co_return not_live;
    Stream& stream = *found->second;
    if (stream.live()) {
      const auto feed = stream.feed(format);
      if (!feed) co_return feed.error();
      co_return StreamJoin{(*feed)->lease(*core), stream.video() != nullptr, stream.audio() != nullptr};
    }
    if (!stream.starting() || uses_.clock.monotonic() - asked_at > kStartWait) co_return not_live;
    co_await sleep_for(kLook);
  }
}

Task<std::optional<StreamView>> StreamDirectory::view(std::string stream) {
  Core& home = uses_.cores.home_of(stream);
  auto work = view_here(std::move(stream));
  co_return co_await on_core(home, std::move(work));
}

Task<std::optional<StreamView>> StreamDirectory::view_here(std::string stream) {
  const auto found = streams_here().find(stream);
  if (found == streams_here().end()) co_return std::nullopt;
  co_return found->second->view();
}

Task<std::vector<StreamView>> StreamDirectory::views() {
  std::vector<StreamView> all;
  for (int core = 0; core < uses_.cores.count(); ++core) {
    auto work = views_here();
    auto some = co_await on_core(uses_.cores.at(core), std::move(work));
    for (auto& view : some) all.push_back(std::move(view));
  }
  co_return all;
}

Task<std::vector<StreamView>> StreamDirectory::views_here() {
  std::vector<StreamView> views;
  forget_disused();
  for (const auto& [name, stream] : streams_here()) views.push_back(stream->view());
  co_return views;
}

StreamStatus StreamDirectory::status(const std::string& stream) const {
  const auto pulse = pulses_.with([&](const Pulses& pulses) {
    const auto found = pulses.find(stream);
    return found == pulses.end() ? std::shared_ptr<const StreamPulse>() : found->second;
  });
  StreamStatus out;
  if (!pulse) return out;
  out.state = pulse->state;
  out.viewers = pulse->viewers;
  if (out.state != StreamState::idle) out.newest = MediaTime{pulse->epoch, pulse->newest_pts};
  return out;
}

Task<void> StreamDirectory::close() {
  for (int core = 0; core < uses_.cores.count(); ++core) {
    auto work = close_here();
    co_await on_core(uses_.cores.at(core), std::move(work));
  }
}

Task<void> StreamDirectory::close_here() {
  closed_[static_cast<size_t>(Core::current()->index())] = 1;
  for (auto& [name, stream] : std::exchange(streams_here(), {})) stream->end();
  co_return;
}

}  // namespace vitrine
