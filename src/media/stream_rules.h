// What holds for one stream's viewers: open or by token only, and whose pages may show it. Rows of the
// database, all of them in memory too, because every viewer that comes asks.
//
// Owns    the table stream_rules of the media module's database, and the copy in memory.
// Thread  find() from any, at once; load() and set() on any core.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "media/access/referer_rules.h"
#include "runtime/guarded.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kStreamRulesTable = R"sql(
CREATE TABLE stream_rules (
  shop_id TEXT NOT NULL, stream TEXT NOT NULL, play TEXT NOT NULL, referers TEXT,
  version BIGINT NOT NULL, changed_ms BIGINT NOT NULL, PRIMARY KEY (shop_id, stream));
)sql";

inline constexpr int64_t kStreamRulesMax = 10'000;  // rows; more streams keep the installation's rule

enum class PlayMode : uint8_t { open, token };
constexpr std::array<std::string_view, 2> enum_names(PlayMode) {
  return {"open", "token"};
}

// Empty members follow the installation's settings.
struct StreamRules {
  std::optional<PlayMode> play;
  std::optional<RefererRules> referers;
  friend bool operator==(const StreamRules&, const StreamRules&) = default;
};

class StreamRulesBook {
 public:
  // Reads all rows; find() knows nothing before.
  Task<Result<void>> load(Database& database);
  // What was set for a stream; nothing was: empty rules.
  StreamRules find(const std::string& stream) const;
  // Durable, then in force on all cores for viewers that come from then on. Errors: `invalid_input`
  // "stream.name", `exhausted` "media.too_many_rules".
  Task<Result<void>> set(Database& database, std::string stream, StreamRules rules, WallTime now);

 private:
  struct Known {
    StreamRules rules;
    int64_t version = 0;
  };
  using Book = std::map<std::string, Known, std::less<>>;

  Guarded<Book> book_;
};

}  // namespace vitrine
