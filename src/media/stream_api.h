// The media API: streams as they are, who watches them, who is sent away, and where a picture is played.
//
// Owns    nothing.
// Thread  add_routes() before the server starts; handlers on any core.
// Never   decides who may watch: the gate does.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/events.h"
#include "contract/media.h"
#include "media/access/audit_trail.h"
#include "media/access/play_gate.h"
#include "media/access/publisher_book.h"
#include "media/access/viewer_book.h"
#include "media/egress/flv_egress.h"
#include "media/hub/stream_directory.h"
#include "media/pull_api.h"
#include "net/router.h"

namespace vitrine {

constexpr std::array<std::string_view, 3> enum_names(StreamState) {
  return {"idle", "live", "lost"};
}

struct PublisherDto {
  int64_t started_at_ms = 0;
  std::string address;
  std::string client;
  std::optional<PullId> pull_id;
  int64_t bitrate_kbps = 0;
  double fps = 0;
  int64_t keyframe_gap_ms = 0;
  int64_t audio_ahead_ms = 0;
  int64_t dropped_messages = 0;
  int64_t width = 0;
  int64_t height = 0;
  std::optional<std::string> video_codec;
  std::optional<std::string> audio_codec;
  static constexpr std::string_view schema_name = "Publisher";
  static constexpr auto fields() {
    return std::tuple{
        field("started_at_ms", &PublisherDto::started_at_ms),
        field("address", &PublisherDto::address),
        field("client", &PublisherDto::client, {.help = "what it calls itself"}),
        field("pull_id", &PublisherDto::pull_id, {.help = "set when a pull feeds the stream"}),
        field("bitrate_kbps", &PublisherDto::bitrate_kbps),
        field("fps", &PublisherDto::fps),
        field("keyframe_gap_ms", &PublisherDto::keyframe_gap_ms, {.help = "between the last two key frames"}),
        field("audio_ahead_ms", &PublisherDto::audio_ahead_ms,
              {.help = "newest audio time less newest video time"}),
        field("dropped_messages", &PublisherDto::dropped_messages,
              {.help = "that made no frame because something was wrong with them"}),
        field("width", &PublisherDto::width),
        field("height", &PublisherDto::height),
        field("video_codec", &PublisherDto::video_codec),
        field("audio_codec", &PublisherDto::audio_codec)};
  }
};

// What goes out in one protocol, since the stream began.
struct StreamSentDto {
  std::string protocol;
  int64_t viewers = 0;
  int64_t bytes = 0;
  int64_t skips = 0;
  static constexpr std::string_view schema_name = "StreamSent";
  static constexpr auto fields() {
    return std::tuple{field("protocol", &StreamSentDto::protocol, {.help = "http-flv, ws-flv or rtmp"}),
                      field("viewers", &StreamSentDto::viewers), field("bytes", &StreamSentDto::bytes),
                      field("skips", &StreamSentDto::skips,
                            {.help = "times a slow viewer was taken ahead to a key frame"})};
  }
};

struct StreamDto {
  std::string stream;
  StreamState state = StreamState::idle;
  std::optional<PublisherDto> publisher;
  int64_t viewers = 0;
  std::vector<StreamSentDto> sent;
  int64_t time_repairs = 0;
  std::optional<MediaTimeDto> media_time;
  static constexpr std::string_view schema_name = "Stream";
  static constexpr auto fields() {
    return std::tuple{field("stream", &StreamDto::stream),
                      field("state", &StreamDto::state),
                      field("publisher", &StreamDto::publisher),
                      field("viewers", &StreamDto::viewers),
                      field("sent", &StreamDto::sent, {.help = "each protocol it was watched in"}),
                      field("time_repairs", &StreamDto::time_repairs,
                            {.help = "times its publisher's clock had to be put right"}),
                      field("media_time", &StreamDto::media_time)};
  }
};

struct StreamListDto {
  std::vector<StreamDto> items;
  static constexpr std::string_view schema_name = "StreamList";
  static constexpr auto fields() { return std::tuple{field("items", &StreamListDto::items)}; }
};

struct ViewerDto {
  std::string viewer_id;
  std::string protocol;
  std::string address;
  std::optional<std::string> viewer;
  int64_t since_ms = 0;
  static constexpr std::string_view schema_name = "StreamViewer";
  static constexpr auto fields() {
    return std::tuple{field("viewer_id", &ViewerDto::viewer_id), field("protocol", &ViewerDto::protocol),
                      field("address", &ViewerDto::address),
                      field("viewer", &ViewerDto::viewer, {.help = "whom its play token was made for"}),
                      field("since_ms", &ViewerDto::since_ms)};
  }
};

struct ViewerListDto {
  std::vector<ViewerDto> items;
  std::optional<std::string> next;
  static constexpr std::string_view schema_name = "StreamViewerList";
  static constexpr auto fields() {
    return std::tuple{field("items", &ViewerListDto::items), field("next", &ViewerListDto::next)};
  }
};

enum class KickWhom : uint8_t { publisher, viewer, viewers, all };
constexpr std::array<std::string_view, 4> enum_names(KickWhom) {
  return {"publisher", "viewer", "viewers", "all"};
}

struct KickWishDto {
  KickWhom whom = KickWhom::publisher;
  std::optional<std::string> viewer_id;
  static constexpr std::string_view schema_name = "KickWish";
  static constexpr auto fields() {
    return std::tuple{
        field("whom", &KickWishDto::whom),
        field("viewer_id", &KickWishDto::viewer_id, {.help = "which, for viewer", .min = 1, .max = 20})};
  }
};

struct KickedDto {
  int64_t publishers = 0;
  int64_t viewers = 0;
  std::vector<PullId> paused_pulls;
  static constexpr std::string_view schema_name = "Kicked";
  static constexpr auto fields() {
    return std::tuple{field("publishers", &KickedDto::publishers), field("viewers", &KickedDto::viewers),
                      field("paused_pulls", &KickedDto::paused_pulls,
                            {.help = "pulls among the publishers: each stays away until it is resumed"})};
  }
};

class StreamApi {
 public:
  // All outlive it.
  struct Uses {
    StreamDirectory& directory;
    FlvEgress& flv;
    PlayGate& gate;
    PublisherBook& publishers;
    ViewerBook& viewers;
    PullApi& pulls;
    const AuditTrail& audit;
  };
  explicit StreamApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);

  // What the routes and the command line share.
  Task<StreamListDto> list();
  Task<StreamDto> show(std::string stream);
  // A line in the audit log. Errors: `not_found` "publish.none", "media.no_viewer" when there is nobody of
  // that kind; `unavailable` when a pull was ended and its pause cannot be written down.
  Task<Result<KickedDto>> kick(MediaActor who, std::string stream, KickWishDto wish);

 private:
  Task<Reply<StreamListDto>> streams(Call call);
  Task<Reply<StreamDto>> stream(Call call);
  Task<Reply<ViewerListDto>> stream_viewers(Call call);
  Task<Reply<KickedDto>> post_kick(Call call, KickWishDto wish);
  KickedDto end_now(const std::string& stream, const KickWishDto& wish);
  void name_pull(StreamDto& stream) const;
  Result<FlvAdmission> admit(const Call& call) const;
  Task<void> play(Call call, std::unique_ptr<Connection> connection);
  static Task<void> refuse(HttpResponse refusal, std::unique_ptr<Connection> connection);

  Uses uses_;
};

}  // namespace vitrine
