// The media API: streams as they are, stream keys, and where a picture is played.
//
// Owns    nothing; routes answer 503 "media.unavailable" until the module has started.
// Thread  add_routes() before the server starts; handlers on any core.
// Never   shows a key a second time.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "contract/events.h"
#include "contract/media.h"
#include "media/egress/flv_egress.h"
#include "media/hub/stream_directory.h"
#include "media/stream_keys.h"
#include "net/router.h"

namespace vitrine {

constexpr std::array<std::string_view, 3> enum_names(StreamState) {
  return {"idle", "live", "lost"};
}

struct PublisherDto {
  int64_t started_at_ms = 0;
  std::string address;
  int64_t bitrate_kbps = 0;
  double fps = 0;
  int64_t keyframe_gap_ms = 0;
  int64_t audio_ahead_ms = 0;
  int64_t width = 0;
  int64_t height = 0;
  std::optional<std::string> video_codec;
  std::optional<std::string> audio_codec;
  static constexpr std::string_view schema_name = "Publisher";
  static constexpr auto fields() {
    return std::tuple{
        field("started_at_ms", &PublisherDto::started_at_ms),
        field("address", &PublisherDto::address),
        field("bitrate_kbps", &PublisherDto::bitrate_kbps),
        field("fps", &PublisherDto::fps),
        field("keyframe_gap_ms", &PublisherDto::keyframe_gap_ms, {.help = "between the last two key frames"}),
        field("audio_ahead_ms", &PublisherDto::audio_ahead_ms,
              {.help = "newest audio time less newest video time"}),
        field("width", &PublisherDto::width),
        field("height", &PublisherDto::height),
        field("video_codec", &PublisherDto::video_codec),
        field("audio_codec", &PublisherDto::audio_codec)};
  }
};

struct StreamDto {
  std::string stream;
  StreamState state = StreamState::idle;
  std::optional<PublisherDto> publisher;
  int64_t viewers = 0;
  std::optional<MediaTimeDto> media_time;
  static constexpr std::string_view schema_name = "Stream";
  static constexpr auto fields() {
    return std::tuple{field("stream", &StreamDto::stream), field("state", &StreamDto::state),
                      field("publisher", &StreamDto::publisher), field("viewers", &StreamDto::viewers),
                      field("media_time", &StreamDto::media_time)};
  }
};

struct StreamListDto {
  std::vector<StreamDto> items;
  static constexpr std::string_view schema_name = "StreamList";
  static constexpr auto fields() { return std::tuple{field("items", &StreamListDto::items)}; }
};

struct NewStreamKeyDto {
  KeyId key_id;
  std::string stream;
  std::string key;
  std::string rtmp_url;
  std::string rtmp_server;
  std::string rtmp_stream_key;
  std::string whip_url;
  static constexpr std::string_view schema_name = "NewStreamKey";
  static constexpr auto fields() {
    return std::tuple{field("key_id", &NewStreamKeyDto::key_id),
                      field("stream", &NewStreamKeyDto::stream),
                      field("key", &NewStreamKeyDto::key, {.help = "shown only in this answer"}),
                      field("rtmp_url", &NewStreamKeyDto::rtmp_url),
                      field("rtmp_server", &NewStreamKeyDto::rtmp_server),
                      field("rtmp_stream_key", &NewStreamKeyDto::rtmp_stream_key),
                      field("whip_url", &NewStreamKeyDto::whip_url)};
  }
};

struct StreamKeyDto {
  KeyId key_id;
  std::string hint;
  int64_t created_at_ms = 0;
  static constexpr std::string_view schema_name = "StreamKey";
  static constexpr auto fields() {
    return std::tuple{field("key_id", &StreamKeyDto::key_id),
                      field("hint", &StreamKeyDto::hint, {.help = "its last four digits"}),
                      field("created_at_ms", &StreamKeyDto::created_at_ms)};
  }
};

struct StreamKeyListDto {
  std::vector<StreamKeyDto> items;
  static constexpr std::string_view schema_name = "StreamKeyList";
  static constexpr auto fields() { return std::tuple{field("items", &StreamKeyListDto::items)}; }
};

class StreamApi {
 public:
  struct Uses {
    StreamDirectory& directory;
    FlvEgress& flv;
    IdSource& ids;
    Random& random;
    const Clock& clock;
    // Empty until the module has started. The database behind it is the media module's.
    std::atomic<StreamKeys*>& keys;
    std::atomic<Database*>& database;
    std::atomic<uint16_t>& rtmp_port;
  };
  explicit StreamApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);

  // `host` as a client wrote it, with or without a port; `secure`: the address of WHIP begins with https.
  NewStreamKeyDto describe(const NewStreamKey& made, std::string_view host, bool secure) const;

 private:
  void add_stream_routes(Router& router);
  void add_key_routes(Router& router);
  Task<Reply<StreamListDto>> streams(Call call);
  Task<Reply<StreamDto>> stream(Call call);
  Task<Reply<NewStreamKeyDto>> create_key(Call call);
  Task<Reply<StreamKeyListDto>> keys(Call call);
  Task<Reply<NoContent>> revoke_key(Call call);
  Task<void> play(Call call, std::unique_ptr<Connection> connection);

  Uses uses_;
};

}  // namespace vitrine
