// Asks the merchant's own checker about a chat line before it is shown: one signed HTTP request with a time
// limit, and a stated answer for when none comes. Only its speaker waits for it: the room and everybody else
// go on.
//
// Owns    the settings in memory; review_hook of rooms.sqlite is the truth.
// Thread  load() at start; ask() and set() on any core.
// Never   asks an address the policy refuses, about staff, or about more than kAskedMax lines at one time.
#pragma once

#include <array>
#include <atomic>
#include <string>
#include <string_view>

#include "base/random.h"
#include "net/http_fetch.h"
#include "runtime/metrics.h"
#include "store/database.h"
#include "store/field_cipher.h"

namespace vitrine {

inline constexpr std::string_view kReviewTables = R"sql(
CREATE TABLE review_hook (
  shop_id TEXT NOT NULL PRIMARY KEY, enabled BIGINT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
  timeout_ms BIGINT NOT NULL, fallback BIGINT NOT NULL);
)sql";
// `secret` is empty from then on; load() moves what is in it.
inline constexpr std::string_view kReviewSealed = "ALTER TABLE review_hook ADD COLUMN sealed_secret BLOB";

enum class Verdict : uint8_t { allow, hold, refuse };
constexpr std::array<std::string_view, 3> enum_names(Verdict) {
  return {"allow", "hold", "refuse"};
}

struct ReviewSettings {
  bool enabled = false;
  std::string url{};
  std::string secret{};  // hexadecimal
  int64_t timeout_ms = 800;
  Verdict fallback = Verdict::allow;  // when no answer comes in time
};

struct ReviewQuestion {
  std::string room{};
  std::string viewer{};
  std::string name{};
  std::string text{};
};

// The request's body: {"kind":"text","room","viewer","name","text","at_ms"}.
std::string review_body(const ReviewQuestion& question, WallTime now);
// What an answer says: {"verdict":"allow"|"hold"|"refuse"} with status 200. Empty: nothing we understand.
std::optional<Verdict> read_verdict(const FetchAnswer& answer);

class ReviewHook {
 public:
  static constexpr int64_t kAskedMax = 256;  // at one time; over it the fallback answers at once

  explicit ReviewHook(const Clock& clock);

  // The secret is stored sealed. One that cannot be opened is empty: the checker refuses what it signs, and
  // the next set() makes another. Errors: the database's.
  Task<Result<void>> load(Database& database, const FieldCipher& cipher);
  // Errors: `invalid_input` "rooms.review_url"; the database's.
  Task<Result<void>> set(Database& database, const FieldCipher& cipher, ReviewSettings settings);
  ReviewSettings settings() const;
  bool on() const { return on_; }

  // Takes at most the time-out.
  Task<Verdict> ask(ReviewQuestion question);

 private:
  const Clock& clock_;
  BlockingPool blocking_;
  HostLookups hosts_;
  HttpFetch http_;
  Guarded<ReviewSettings> settings_;
  std::atomic<bool> on_{false};
  std::atomic<int64_t> asked_{0};
};

}  // namespace vitrine
