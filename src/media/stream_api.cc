#include "media/stream_api.h"

#include <charconv>

#include "media/config.h"
#include "media/media_metrics.h"
#include "net/connection.h"

namespace vitrine {
namespace {

StreamDto to_dto(const StreamView& view) {
  StreamDto out;
  out.stream = view.name;
  out.state = view.state;
  out.viewers = view.sent().viewers;
  for (const auto& [format, sent] : view.sent_by)
    out.sent.push_back({protocol_of(format), sent.viewers, static_cast<int64_t>(sent.bytes),
                        static_cast<int64_t>(sent.skips)});
  const TimeRepairs& repairs = view.repairs;
  out.time_repairs =
      repairs.jumps + repairs.steps_back + repairs.compositions + repairs.tracks_apart + repairs.wraps;
  if (view.newest) out.media_time = MediaTimeDto{view.newest->epoch, view.newest->pts};
  if (!view.publisher) return out;
  const PublisherStats& stats = view.publisher->stats;
  PublisherDto& publisher = out.publisher.emplace();
  publisher.started_at_ms = view.publisher->since.ms;
  publisher.address = view.publisher->address;
  publisher.client = view.publisher->encoder;
  publisher.dropped_messages = stats.dropped;
  publisher.bitrate_kbps = stats.bitrate_kbps;
  publisher.fps = stats.fps_milli / 1e3;
  publisher.keyframe_gap_ms = stats.keyframe_gap_ms;
  publisher.audio_ahead_ms = stats.audio_ahead_ms;
  if (stats.video) {
    publisher.width = stats.video->width;
    publisher.height = stats.video->height;
    publisher.video_codec = std::string(stats.video->codec->name);
  }
  if (stats.audio) publisher.audio_codec = std::string(stats.audio->codec->name);
  return out;
}

ViewerDto to_dto(const ViewerLine& line) {
  ViewerDto out;
  out.viewer_id = std::to_string(line.id);
  out.protocol = line.protocol;
  out.address = line.address;
  if (!line.viewer.empty()) out.viewer = line.viewer;
  out.since_ms = line.since.ms;
  return out;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

// Why a viewer is refused, for whoever reads the answer.
Problem refusal_of(Error why) {
  Problem problem(why);
  if (why.reason == "play.token_missing") problem.detail = "This stream plays with a token only: ?token=...";
  if (why.reason == "play.token_invalid")
    problem.detail = "The token is not valid for this stream and viewer.";
  if (why.reason == "play.token_expired") problem.detail = "The token has expired; ask for a fresh one.";
  if (why.reason == "play.referer")
    problem.detail = "The site this page belongs to may not show this stream.";
  if (why.reason == "stream.name") problem.detail = "A stream's name is 1 to 64 letters, digits, '_' or '-'.";
  return problem;
}

}  // namespace

void StreamApi::add_routes(Router& router) {
  router.add<NoBody, StreamListDto>({.path = "/v1/streams",
                                     .operation = "streams",
                                     .tag = "media",
                                     .summary = "Streams that are live or inside their grace",
                                     .access = Access::staff},
                                    [this](Call call) { return streams(std::move(call)); });
  router.add<NoBody, StreamDto>({.path = "/v1/streams/{stream}",
                                 .operation = "stream",
                                 .tag = "media",
                                 .summary = "One stream; idle when nobody publishes it",
                                 .access = Access::staff},
                                [this](Call call) { return stream(std::move(call)); });
  router.add<NoBody, ViewerListDto>(
      {.path = "/v1/streams/{stream}/viewers",
       .operation = "streamViewers",
       .tag = "media",
       .summary = "Who watches a stream now, in the order they came",
       .access = Access::staff,
       .right = Right::stream_key,
       .query = {{"limit", "1 to 100; 50 when left out"}, {"cursor", "next of the page before"}}},
      [this](Call call) { return stream_viewers(std::move(call)); });
  router.add<KickWishDto, KickedDto>(
      {.method = HttpMethod::post,
       .path = "/v1/streams/{stream}/kick",
       .operation = "kickFromStream",
       .tag = "media",
       .summary = "Send away the publisher, one viewer or all; nobody is barred, but a pull stays away until "
                  "resumed",
       .access = Access::staff,
       .right = Right::stream_key},
      [this](Call call, KickWishDto wish) { return post_kick(std::move(call), std::move(wish)); });
  router.add_stream(
      {.path = "/live/{stream}.flv",
       .operation = "playFlv",
       .tag = "media",
       .summary =
           "The picture as HTTP-FLV, or with Upgrade: websocket as FLV in binary messages; 403 when the "
           "stream's rules keep the viewer out",
       .query = {{"token", "a play token, for streams by token only"}},
       .content_type = "video/x-flv"},
      [this](Call call, std::unique_ptr<Connection> connection) {
        return play(std::move(call), std::move(connection));
      });
}

// The pull that feeds a stream, if one does.
void StreamApi::name_pull(StreamDto& stream) const {
  if (stream.publisher) stream.publisher->pull_id = uses_.publishers.pull_of(stream.stream);
}

Task<StreamListDto> StreamApi::list() {
  const auto views = co_await uses_.directory.views();
  StreamListDto out;
  for (const StreamView& view : views) {
    StreamDto item = to_dto(view);
    name_pull(item);
    out.items.push_back(std::move(item));
  }
  co_return out;
}

Task<StreamDto> StreamApi::show(std::string stream) {
  const auto view = co_await uses_.directory.view(stream);
  if (view) {
    StreamDto found = to_dto(*view);
    name_pull(found);
    co_return found;
  }
  StreamDto idle;
  idle.stream = std::move(stream);
  co_return idle;
}

// A stream that a pull feeds would be back at once; so the pull is paused.
Task<Result<KickedDto>> StreamApi::kick(MediaActor who, std::string stream, KickWishDto wish) {
  KickedDto out = end_now(stream, wish);
  if (out.publishers + out.viewers == 0) {
    const bool publisher = wish.whom == KickWhom::publisher;
    co_return Error{ErrorKind::not_found, publisher ? "publish.none" : "media.no_viewer"};
  }
  Result<void> kept;
  for (const PullId pull : out.paused_pulls) {
    auto task = uses_.pulls.pause_kicked(pull, stream);
    if (auto paused = co_await std::move(task); !paused) kept = paused;
  }
  constexpr auto names = enum_names(KickWhom{});
  MediaChange change{.act = "stream.kick",
                     .subject = stream + "/" + std::string(names[static_cast<size_t>(wish.whom)])};
  if (wish.whom == KickWhom::viewer) change.subject += "/" + wish.viewer_id.value_or("");
  co_await uses_.audit.note(std::move(who), std::move(change));
  if (!kept) co_return kept.error();
  co_return out;
}

KickedDto StreamApi::end_now(const std::string& stream, const KickWishDto& wish) {
  KickedDto out;
  if (wish.whom == KickWhom::publisher || wish.whom == KickWhom::all) {
    const EndedPublishes ended = uses_.publishers.end_stream(stream);
    out.publishers = ended.count;
    out.paused_pulls = ended.pulls;
  }
  if (wish.whom == KickWhom::viewers || wish.whom == KickWhom::all)
    out.viewers = uses_.viewers.kick_all(stream);
  if (wish.whom == KickWhom::viewer)
    out.viewers = uses_.viewers.kick(stream, number_of(wish.viewer_id.value_or("")).value_or(0));
  return out;
}

Task<Reply<StreamListDto>> StreamApi::streams(Call) {
  co_return co_await list();
}

Task<Reply<StreamDto>> StreamApi::stream(Call call) {
  co_return co_await show(call.param("stream"));
}

Task<Reply<ViewerListDto>> StreamApi::stream_viewers(Call call) {
  const auto limit = number_of(call.request->query_value("limit").value_or("50"));
  const auto after = number_of(call.request->query_value("cursor").value_or("0"));
  if (!limit || *limit < 1 || *limit > 100) co_return Error{ErrorKind::invalid_input, "request.limit"};
  if (!after) co_return Error{ErrorKind::invalid_input, "request.cursor"};
  ViewerListDto out;
  const auto lines = uses_.viewers.list(call.param("stream"), *after, static_cast<size_t>(*limit));
  for (const ViewerLine& line : lines) out.items.push_back(to_dto(line));
  if (lines.size() == static_cast<size_t>(*limit)) out.next = std::to_string(lines.back().id);
  co_return out;
}

Task<Reply<KickedDto>> StreamApi::post_kick(Call call, KickWishDto wish) {
  MediaActor who = media_actor(call);
  const auto kicked = co_await kick(std::move(who), call.param("stream"), std::move(wish));
  if (!kicked) co_return kicked.error();
  co_return *kicked;
}

Result<FlvAdmission> StreamApi::admit(const Call& call) const {
  const HttpRequest& request = *call.request;
  const auto referer = request.headers.get("Referer");
  const PlayRequest asked{.stream = call.param("stream"),
                          .path = request.path,
                          .query = request.query,
                          .address = request.remote,
                          .referer = std::string(referer.empty() ? request.headers.get("Origin") : referer),
                          .host = std::string(request.headers.get("Host"))};
  auto pass = uses_.gate.admit_viewer(asked);
  if (!pass) return pass.error();
  return FlvAdmission{call.param("stream"), request.remote, std::move(pass->viewer), pass->vouched,
                      OriginRule{Core::current()->config().get(kMediaOrigins)}};
}

// No coroutine itself: a viewer stays for hours, and its request must not.
Task<void> StreamApi::play(Call call, std::unique_ptr<Connection> connection) {
  auto admission = admit(call);
  if (!admission) return refuse(to_response(refusal_of(admission.error())), std::move(connection));
  return uses_.flv.serve(std::move(*admission), std::move(connection));
}

Task<void> StreamApi::refuse(HttpResponse refusal, std::unique_ptr<Connection> connection) {
  const auto refused = co_await connection->respond(std::move(refusal));
  static_cast<void>(refused);
}

}  // namespace vitrine
