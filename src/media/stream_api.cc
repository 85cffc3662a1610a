#include "media/stream_api.h"

#include "media/config.h"
#include "net/connection.h"
#include "store/idempotency.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr uint16_t kRtmpDefaultPort = 1935;

StreamDto to_dto(const StreamView& view) {
  StreamDto out;
  out.stream = view.name;
  out.state = view.state;
  out.viewers = view.sent.viewers;
  if (view.newest) out.media_time = MediaTimeDto{view.newest->epoch, view.newest->pts};
  if (!view.publisher) return out;
  const PublisherStats& stats = view.publisher->stats;
  PublisherDto& publisher = out.publisher.emplace();
  publisher.started_at_ms = view.publisher->since.ms;
  publisher.address = view.publisher->address;
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

// "live.example.com:8080" and "[::1]:8080" without the port.
std::string_view without_port(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool ipv6_alone = host.ends_with(']');
  return colon == std::string_view::npos || ipv6_alone ? host : host.substr(0, colon);
}

}  // namespace

void StreamApi::add_routes(Router& router) {
  add_stream_routes(router);
  add_key_routes(router);
}

void StreamApi::add_stream_routes(Router& router) {
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
  router.add_stream(
      {.path = "/live/{stream}.flv",
       .operation = "playFlv",
       .tag = "media",
       .summary = "The picture as HTTP-FLV, or with Upgrade: websocket as FLV in binary messages",
       .content_type = "video/x-flv"},
      [this](Call call, std::unique_ptr<Connection> connection) {
        return play(std::move(call), std::move(connection));
      });
}

void StreamApi::add_key_routes(Router& router) {
  router.add<NoBody, NewStreamKeyDto>({.method = HttpMethod::post,
                                       .path = "/v1/streams/{stream}/keys",
                                       .operation = "createStreamKey",
                                       .tag = "media",
                                       .summary = "Make a stream key; it is shown only in this answer",
                                       .access = Access::staff,
                                       .right = Right::stream_key,
                                       .idempotent = true,
                                       .status = 201},
                                      [this](Call call) { return create_key(std::move(call)); });
  router.add<NoBody, StreamKeyListDto>({.path = "/v1/streams/{stream}/keys",
                                        .operation = "streamKeys",
                                        .tag = "media",
                                        .summary = "The keys that let a publisher in, by their last digits",
                                        .access = Access::staff,
                                        .right = Right::stream_key},
                                       [this](Call call) { return keys(std::move(call)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/streams/{stream}/keys/{key_id}",
                                 .operation = "revokeStreamKey",
                                 .tag = "media",
                                 .summary = "End a key for new publishers; who publishes stays",
                                 .access = Access::staff,
                                 .right = Right::stream_key,
                                 .status = 204},
                                [this](Call call) { return revoke_key(std::move(call)); });
}

Task<Reply<StreamListDto>> StreamApi::streams(Call) {
  const auto views = co_await uses_.directory.views();
  StreamListDto out;
  for (const StreamView& view : views) out.items.push_back(to_dto(view));
  co_return out;
}

Task<Reply<StreamDto>> StreamApi::stream(Call call) {
  const auto view = co_await uses_.directory.view(call.param("stream"));
  if (view) co_return to_dto(*view);
  StreamDto idle;
  idle.stream = call.param("stream");
  co_return idle;
}

Task<Reply<NewStreamKeyDto>> StreamApi::create_key(Call call) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto made = make_stream_key(call.param("stream"), uses_.ids, uses_.random);
  if (!made) co_return made.error();
  const IdempotencyKey once{call.caller.staff->id.str() + " createStreamKey " + call.param("stream"),
                            call.idempotency_key, call.body_digest};
  // Only the key's digest is stored, so a repetition cannot be answered with the key again.
  auto work = [made = *made, once, now = uses_.clock.wall()](Transaction& transaction) -> Result<void> {
    const auto before = find_effect(transaction, once);
    if (!before) return before.error();
    if (*before) return Error{ErrorKind::conflict, "media.key_shown_once"};
    if (auto added = add_stream_key(transaction, made, now); !added) return added;
    return record_effect(transaction, once, made.id.value, now);
  };
  const auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  co_return describe(*made, call.request->headers.get("Host"), call.request->secure);
}

NewStreamKeyDto StreamApi::describe(const NewStreamKey& made, std::string_view host, bool secure) const {
  const uint16_t port = uses_.rtmp_port;
  std::string rtmp_host(without_port(host));
  if (port != kRtmpDefaultPort) rtmp_host += ":" + std::to_string(port);
  const RtmpAddress address = rtmp_address(rtmp_host, made);
  NewStreamKeyDto out;
  out.key_id = made.id;
  out.stream = made.stream;
  out.key = made.key;
  out.rtmp_url = address.url;
  out.rtmp_server = address.server;
  out.rtmp_stream_key = address.stream_key;
  out.whip_url = (secure ? "https://" : "http://") + std::string(host) + "/whip/" + made.stream;
  return out;
}

Task<Reply<StreamKeyListDto>> StreamApi::keys(Call call) {
  StreamKeys* keys = uses_.keys;
  if (keys == nullptr) co_return kUnavailable;
  const auto found = co_await keys->list(call.param("stream"));
  if (!found) co_return found.error();
  StreamKeyListDto out;
  for (const StreamKeyInfo& key : *found) out.items.push_back({key.id, key.hint, key.created.ms});
  co_return out;
}

Task<Reply<NoContent>> StreamApi::revoke_key(Call call) {
  StreamKeys* keys = uses_.keys;
  if (keys == nullptr) co_return kUnavailable;
  const auto id = KeyId::parse(call.param("key_id"));
  if (!id) co_return Error{ErrorKind::not_found, "stream_key.none"};
  const auto revoked = co_await keys->revoke(call.param("stream"), *id);
  if (!revoked) co_return revoked.error();
  co_return NoContent{};
}

Task<void> StreamApi::play(Call call, std::unique_ptr<Connection> connection) {
  std::string stream = call.param("stream");
  OriginRule origins{Core::current()->config().get(kMediaOrigins)};
  co_await uses_.flv.serve(std::move(stream), std::move(connection), std::move(origins));
}

}  // namespace vitrine
