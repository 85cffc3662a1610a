// The API of who may watch: a stream's rules, play tokens and signed URLs, and the secret that signs tokens.
//
// Owns    nothing; routes answer 503 "media.unavailable" until the module has started.
// Thread  add_routes() before the server starts; handlers on any core.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "media/access/audit_trail.h"
#include "media/play_guard.h"
#include "net/router.h"
#include "runtime/tls_door.h"

namespace vitrine {

struct RefererRulesDto {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  bool empty = true;
  static constexpr std::string_view schema_name = "RefererRules";
  static constexpr auto fields() {
    return std::tuple{
        field("allow", &RefererRulesDto::allow,
              {.help = "sites whose pages may show it: shop.example, *.shop.example; none: all", .max = 100}),
        field("deny", &RefererRulesDto::deny,
              {.help = "sites whose pages may not; counts first", .max = 100}),
        field("empty", &RefererRulesDto::empty, {.help = "whether who sends no Referer may play"})};
  }
};

struct StreamAccessWishDto {
  std::optional<PlayMode> play;
  std::optional<RefererRulesDto> referers;
  static constexpr std::string_view schema_name = "StreamAccessWish";
  static constexpr auto fields() {
    return std::tuple{field("play", &StreamAccessWishDto::play, {.help = "null: as media.play_default says"}),
                      field("referers", &StreamAccessWishDto::referers,
                            {.help = "null: as the installation's media.referers_* say"})};
  }
};

struct StreamAccessDto {
  std::string stream;
  PlayMode play = PlayMode::open;
  RefererRulesDto referers;
  StreamAccessWishDto own;
  static constexpr std::string_view schema_name = "StreamAccess";
  static constexpr auto fields() {
    return std::tuple{field("stream", &StreamAccessDto::stream),
                      field("play", &StreamAccessDto::play, {.help = "in force"}),
                      field("referers", &StreamAccessDto::referers, {.help = "in force"}),
                      field("own", &StreamAccessDto::own, {.help = "what was set for this stream"})};
  }
};

struct PlayTokenWishDto {
  std::optional<int64_t> expires_in_s;
  std::optional<std::string> address;
  std::optional<std::string> viewer;
  static constexpr std::string_view schema_name = "PlayTokenWish";
  static constexpr auto fields() {
    return std::tuple{
        field("expires_in_s", &PlayTokenWishDto::expires_in_s,
              {.help = "media.play_token_s when left out", .min = 1, .max = 86'400}),
        field("address", &PlayTokenWishDto::address,
              {.help = "only from this IP address (IPv6: its /64)", .max = 45}),
        field("viewer", &PlayTokenWishDto::viewer,
              {.help = "whom it is for, as the list of viewers shows it", .min = 1, .max = kViewerIdMax})};
  }
};

struct PlayTokenDto {
  std::string token;
  int64_t expires_at_ms = 0;
  std::string flv_url;
  std::string ws_flv_url;
  std::string rtmp_url;
  std::optional<std::string> cdn_flv_url;
  static constexpr std::string_view schema_name = "PlayToken";
  static constexpr auto fields() {
    return std::tuple{
        field("token", &PlayTokenDto::token),
        field("expires_at_ms", &PlayTokenDto::expires_at_ms),
        field("flv_url", &PlayTokenDto::flv_url),
        field("ws_flv_url", &PlayTokenDto::ws_flv_url),
        field("rtmp_url", &PlayTokenDto::rtmp_url),
        field("cdn_flv_url", &PlayTokenDto::cdn_flv_url,
              {.help = "signed for the CDN of media.cdn_url in the form of media.signed_url; null without"})};
  }
};

struct PlaySigningDto {
  int64_t generation = 0;
  static constexpr std::string_view schema_name = "PlaySigning";
  static constexpr auto fields() { return std::tuple{field("generation", &PlaySigningDto::generation)}; }
};

class AccessApi {
 public:
  struct Uses {
    PlayGuard& guard;
    Random& random;
    const Clock& clock;
    std::atomic<Database*>& database;  // empty until the module has started
    std::atomic<uint16_t>& rtmp_port;
    const TlsDoor* tls;  // of the RTMP port; null: plain only
    const AuditTrail& audit;
  };
  explicit AccessApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);

  // What the routes and the command line share.
  StreamAccessDto access(const std::string& stream) const;
  Task<Reply<StreamAccessDto>> set_access(MediaActor who, std::string stream, StreamAccessWishDto wish);
  Reply<PlayTokenDto> make_token(const std::string& stream, const PlayTokenWishDto& wish,
                                 std::string_view host, bool secure) const;

 private:
  Task<Reply<StreamAccessDto>> get_access(Call call);
  Task<Reply<StreamAccessDto>> put_access(Call call, StreamAccessWishDto wish);
  Task<Reply<PlayTokenDto>> post_token(Call call, PlayTokenWishDto wish);
  Task<Reply<PlaySigningDto>> rotate(Call call);
  std::optional<std::string> cdn_url(const std::string& stream, WallTime asked_end) const;

  Uses uses_;
};

}  // namespace vitrine
