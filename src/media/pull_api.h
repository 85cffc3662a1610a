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

#include "media/pull/pulls.h"
#include "media/pull_store.h"
#include "net/router.h"
#include "store/database.h"

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

struct PullDto {
  PullId pull_id;
  std::string stream;
  std::string url;
  PullState state = PullState::connecting;
  int64_t since_ms = 0;
  int64_t connections = 0;
  std::optional<std::string> error;
  int64_t created_at_ms = 0;
  static constexpr std::string_view schema_name = "Pull";
  static constexpr auto fields() {
    return std::tuple{field("pull_id", &PullDto::pull_id),
                      field("stream", &PullDto::stream),
                      field("url", &PullDto::url, {.help = "without its query"}),
                      field("state", &PullDto::state),
                      field("since_ms", &PullDto::since_ms, {.help = "of the state"}),
                      field("connections", &PullDto::connections, {.help = "tries since the server started"}),
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
  // All outlive it. The database is empty until the module has started.
  struct Uses {
    Pulls& pulls;
    IdSource& ids;
    const Clock& clock;
    std::atomic<Database*>& database;
  };
  explicit PullApi(Uses uses) : uses_(uses) {}
  void add_routes(Router& router);
  // Begins all that are stored, after a restart.
  Task<Result<void>> resume();

 private:
  Task<Reply<PullDto>> create(Call call, PullWishDto wish);
  Task<Reply<PullListDto>> list(Call call);
  Task<Reply<NoContent>> remove(Call call);
  Task<Result<std::vector<StoredPull>>> stored();
  Task<PullDto> describe(StoredPull pull);
  void begin(const StoredPull& pull);

  Uses uses_;
};

}  // namespace vitrine
