// The API of stream keys: make, list, rotate, revoke.
//
// Owns    nothing; routes answer 503 "media.unavailable" until the module has started.
// Thread  add_routes() before the server starts; handlers on any core.
// Never   shows a key a second time.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "media/access/audit_trail.h"
#include "media/access/publisher_book.h"
#include "media/stream_keys.h"
#include "net/router.h"

namespace vitrine {

struct StreamKeyWishDto {
  std::optional<std::string> label;
  std::optional<int64_t> expires_in_s;
  static constexpr std::string_view schema_name = "StreamKeyWish";
  static constexpr auto fields() {
    return std::tuple{
        field("label", &StreamKeyWishDto::label,
              {.help = "what people call it, such as OBS in the studio", .max = 60}),
        field("expires_in_s", &StreamKeyWishDto::expires_in_s,
              {.help = "ends by itself after so many seconds; without, it lives until it is revoked",
               .min = 60,
               .max = 315'360'000})};
  }
};

struct StreamKeyRotationDto {
  std::optional<int64_t> overlap_s;
  static constexpr std::string_view schema_name = "StreamKeyRotation";
  static constexpr auto fields() {
    return std::tuple{
        field("overlap_s", &StreamKeyRotationDto::overlap_s,
              {.help = "how long the old key goes on working; 86400 when left out, 0 ends it at once",
               .min = 0,
               .max = 604'800})};
  }
};

struct NewStreamKeyDto {
  KeyId key_id;
  std::string stream;
  std::string key;
  std::string label;
  std::optional<int64_t> expires_at_ms;
  std::optional<int64_t> old_key_ends_at_ms;
  std::string rtmp_url;
  std::string rtmp_server;
  std::string rtmp_stream_key;
  std::string whip_url;
  static constexpr std::string_view schema_name = "NewStreamKey";
  static constexpr auto fields() {
    return std::tuple{field("key_id", &NewStreamKeyDto::key_id),
                      field("stream", &NewStreamKeyDto::stream),
                      field("key", &NewStreamKeyDto::key, {.help = "shown only in this answer"}),
                      field("label", &NewStreamKeyDto::label),
                      field("expires_at_ms", &NewStreamKeyDto::expires_at_ms),
                      field("old_key_ends_at_ms", &NewStreamKeyDto::old_key_ends_at_ms,
                            {.help = "after a rotation: when the key before stops working"}),
                      field("rtmp_url", &NewStreamKeyDto::rtmp_url),
                      field("rtmp_server", &NewStreamKeyDto::rtmp_server),
                      field("rtmp_stream_key", &NewStreamKeyDto::rtmp_stream_key),
                      field("whip_url", &NewStreamKeyDto::whip_url)};
  }
};

struct StreamKeyDto {
  KeyId key_id;
  std::string hint;
  std::string label;
  int64_t created_at_ms = 0;
  std::optional<int64_t> expires_at_ms;
  std::optional<int64_t> used_at_ms;
  bool in_use = false;
  static constexpr std::string_view schema_name = "StreamKey";
  static constexpr auto fields() {
    return std::tuple{
        field("key_id", &StreamKeyDto::key_id),
        field("hint", &StreamKeyDto::hint, {.help = "its last four digits"}),
        field("label", &StreamKeyDto::label),
        field("created_at_ms", &StreamKeyDto::created_at_ms),
        field("expires_at_ms", &StreamKeyDto::expires_at_ms,
              {.help = "in the past: it has ended, and is listed for a week after"}),
        field("used_at_ms", &StreamKeyDto::used_at_ms, {.help = "when a publisher last came in with it"}),
        field("in_use", &StreamKeyDto::in_use, {.help = "somebody publishes with it now"})};
  }
};

struct StreamKeyListDto {
  std::vector<StreamKeyDto> items;
  static constexpr std::string_view schema_name = "StreamKeyList";
  static constexpr auto fields() { return std::tuple{field("items", &StreamKeyListDto::items)}; }
};

class KeyApi {
 public:
  struct Uses {
    IdSource& ids;
    Random& random;
    const Clock& clock;
    PublisherBook& book;
    // Empty until the module has started. The database behind it is the media module's.
    std::atomic<StreamKeys*>& keys;
    std::atomic<Database*>& database;
    std::atomic<uint16_t>& rtmp_port;
    const TlsDoor* tls;  // of the RTMP port; null: plain only
    const AuditTrail& audit;
  };
  explicit KeyApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);

  // `host` as a client wrote it, with or without a port; `secure`: the address of WHIP begins with https.
  NewStreamKeyDto describe(const NewStreamKey& made, std::string_view host, bool secure) const;
  // What the routes and the command line share. Errors: those of StreamKeys, `unavailable`.
  Task<Result<StreamKeyListDto>> list(std::string stream);
  Task<Result<RotatedStreamKey>> rotate(std::string stream, KeyId old, Milliseconds overlap);
  // Also ends who publishes with it.
  Task<Result<void>> revoke(std::string stream, KeyId key);
  // A line of the audit log: "stream_key.rotate" of a stream's key.
  Task<void> note_audit(MediaActor who, std::string act, std::string stream, KeyId key) const;

 private:
  Task<Reply<NewStreamKeyDto>> create_key(Call call, StreamKeyWishDto wish);
  Task<Reply<NewStreamKeyDto>> rotate_key(Call call, StreamKeyRotationDto wish);
  Task<Reply<StreamKeyListDto>> keys(Call call);
  Task<Reply<NoContent>> revoke_key(Call call);

  Uses uses_;
};

inline constexpr Milliseconds kStreamKeyOverlap{24LL * 3'600'000};  // when nobody says otherwise

}  // namespace vitrine
