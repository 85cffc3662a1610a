// The API of pulls: streams of other servers that become streams of ours.
//
// Owns    nothing; routes answer 503 "media.unavailable" until the module has started.
// Thread  add_routes() before the server starts; resume() and handlers on any core.
// Never   shows or logs the query of a URL: it may hold a secret.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "media/access/audit_trail.h"
#include "media/access/publisher_book.h"
#include "media/pull/pulls.h"
#include "media/pull_store.h"
#include "net/router.h"
#include "store/database.h"
#include "store/idempotency.h"

namespace vitrine {

struct PullWishDto {
  std::string stream;
  std::string url;
  static constexpr std::string_view schema_name = "PullWish";
  static constexpr auto fields() {
    return std::tuple{
        field("stream", &PullWishDto::stream, {.help = "ours, which it is to be", .min = 1, .max = 64}),
        field("url", &PullWishDto::url,
              {.help = "rtmp, rtmps, http or https (FLV)", .min = 1, .max = int64_t{kPullUrlMax}})};
  }
};

struct PullChangeDto {
  std::optional<bool> paused;
  std::optional<std::string> url;
  static constexpr std::string_view schema_name = "PullChange";
  static constexpr auto fields() {
    return std::tuple{
        field("paused", &PullChangeDto::paused, {.help = "false also lets one go on that was kicked"}),
        field("url", &PullChangeDto::url,
              {.help = "another source, or a fresh token", .min = 1, .max = int64_t{kPullUrlMax}})};
  }
};

// What a pull is doing, for people: as PullState, or paused.
enum class PullActivity : uint8_t { connecting, live, waiting, paused };
constexpr std::array<std::string_view, 4> enum_names(PullActivity) {
  return {"connecting", "live", "waiting", "paused"};
}

struct PullDto {
  PullId pull_id;
  std::string stream;
  std::string url;
  PullActivity state = PullActivity::connecting;
  std::optional<PullPause> paused_by;
  int64_t since_ms = 0;
  int64_t connections = 0;
  std::optional<std::string> error;
  int64_t created_at_ms = 0;
  static constexpr std::string_view schema_name = "Pull";
  static constexpr auto fields() {
    return std::tuple{
        field("pull_id", &PullDto::pull_id),
        field("stream", &PullDto::stream),
        field("url", &PullDto::url, {.help = "without its query"}),
        field("state", &PullDto::state),
        field("paused_by", &PullDto::paused_by,
              {.help = "why it is paused: staff said so, or its stream's publisher was kicked"}),
        field("since_ms", &PullDto::since_ms, {.help = "of the state"}),
        field("connections", &PullDto::connections, {.help = "tries since it last began"}),
        field("error", &PullDto::error, {.help = "why the last try ended"}),
        field("created_at_ms", &PullDto::created_at_ms)};
  }
};

struct PullListDto {
  std::vector<PullDto> items;
  static constexpr std::string_view schema_name = "PullList";
  static constexpr auto fields() { return std::tuple{field("items", &PullListDto::items)}; }
};

class PullApi {
 public:
  // All outlive it. The database is empty until the module has started, and `cipher` loaded by then.
  struct Uses {
    Pulls& pulls;
    PublisherBook& book;
    IdSource& ids;
    const Clock& clock;
    std::atomic<Database*>& database;
    const FieldCipher& cipher;
    const AuditTrail& audit;
    bool runs_pulls = true;  // false: a command that only changes the database
  };
  explicit PullApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);
  // Begins all that are stored and not paused, after a restart.
  Task<Result<void>> resume();

  // What the routes and the command line share; each is a line in the audit log.
  Task<Reply<PullListDto>> list();
  Task<Reply<PullDto>> create(MediaActor who, PullWishDto wish, std::optional<IdempotencyKey> once);
  Task<Reply<PullDto>> change(MediaActor who, PullId id, PullChangeDto wish);
  Task<Reply<NoContent>> remove(MediaActor who, PullId id);
  // Ends the pull that was kicked as a stream's publisher, and keeps it from coming back. When that cannot be
  // written down, an Error: it stays away until the next start only.
  Task<Result<void>> pause_kicked(PullId id, std::string stream);

 private:
  Task<Reply<PullDto>> post(Call call, PullWishDto wish);
  Task<Reply<PullListDto>> get(Call call);
  Task<Reply<PullDto>> patch(Call call, PullChangeDto wish);
  Task<Reply<NoContent>> del(Call call);
  Task<Result<StoredPull>> write_change(PullId id, PullChangeDto wish, std::optional<PullPause> by);
  Task<void> stop(StoredPull pull);
  Task<PullDto> describe(StoredPull pull);
  void begin(const StoredPull& pull);

  Uses uses_;
};

}  // namespace vitrine
