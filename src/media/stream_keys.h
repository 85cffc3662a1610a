// Stream keys: secrets that let a publisher onto a stream. Several may be live for one stream, so that
// a key can be changed without an interruption: rotate() makes the next one and gives the old one an end.
//
// A key has 160 random bits and is stored as its SHA-256, which is enough for a secret nobody can guess
// (a password would need argon2). It is shown once, when it is made.
//
// Owns    the table stream_keys of the media module's database.
// Thread  any core.
// Never   logs or stores a key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "runtime/tls_door.h"
#include "store/database.h"

namespace vitrine {

// For the module's first migration.
inline constexpr std::string_view kStreamKeysTable = R"sql(
CREATE TABLE stream_keys (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, stream TEXT NOT NULL,
  key_sha256 TEXT NOT NULL UNIQUE, hint TEXT NOT NULL,
  created_ms BIGINT NOT NULL, revoked_ms BIGINT);
CREATE INDEX stream_keys_live ON stream_keys (stream) WHERE revoked_ms IS NULL;
)sql";

// For the module's second migration.
inline constexpr std::string_view kStreamKeysEnds = R"sql(
ALTER TABLE stream_keys ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE stream_keys ADD COLUMN expires_ms BIGINT;
ALTER TABLE stream_keys ADD COLUMN used_ms BIGINT;
)sql";

inline constexpr size_t kStreamKeyBytes = 20;  // random bytes, written as 40 hexadecimal digits
inline constexpr int64_t kStreamKeysLiveMax = 16;

inline constexpr Milliseconds kStreamKeyOverlapLongest{7LL * 24 * 3'600'000};
inline constexpr Milliseconds kStreamKeyShownAfterEnd{7LL * 24 * 3'600'000};

// A key just made; the only place where the secret itself is.
struct NewStreamKey {
  KeyId id;
  std::string stream;
  std::string key;
  std::string label{};                // what people call it: "OBS in the studio"
  std::optional<WallTime> expires{};  // empty: until it is revoked
};
struct StreamKeyInfo {
  KeyId id;
  std::string stream;
  std::string hint;  // its last four digits, to tell keys apart
  std::string label;
  WallTime created;
  std::optional<WallTime> expires;
  std::optional<WallTime> used;  // when a publisher last came in with it
};
// Whose key it is that a publisher showed.
struct KnownStreamKey {
  KeyId id;
  std::optional<WallTime> expires;
};
// A key that was replaced: it works until `ends`, or had ended before.
struct RotatedStreamKey {
  NewStreamKey made;
  WallTime ends;
};

// Errors: `invalid_input` "stream.name".
Result<NewStreamKey> make_stream_key(std::string stream, IdSource& ids, Random& random);
// Adds it inside a transaction of the caller's. Errors: `exhausted` "stream_key.too_many",
// `invalid_input` "stream_key.expires" when it would have ended already.
Result<void> add_stream_key(Transaction& transaction, const NewStreamKey& made, WallTime now);
// Adds `made` with the old key's label and lets the old one end at `now` + `overlap`, or when it would have
// anyway if that is sooner; answers when. Errors: `not_found` "stream_key.none", and those of add_stream_key.
Result<RotatedStreamKey> rotate_stream_key(Transaction& transaction, KeyId old, NewStreamKey made,
                                           Milliseconds overlap, WallTime now);

class StreamKeys {
 public:
  // All must outlive it.
  StreamKeys(Database& database, IdSource& ids, Random& random, const Clock& clock);

  // Makes and stores one. Errors: those of make_stream_key, add_stream_key and the database.
  Task<Result<NewStreamKey>> create(std::string stream, std::string label, std::optional<WallTime> expires);
  Task<Result<RotatedStreamKey>> rotate(std::string stream, KeyId old, Milliseconds overlap);
  // Those that are not revoked, oldest first; an expired one is shown for kStreamKeyShownAfterEnd.
  Task<Result<std::vector<StreamKeyInfo>>> list(std::string stream);
  // Ends a key at once. Whoever publishes with it is ended by the caller (PublisherBook).
  // Errors: `not_found` "stream_key.none".
  Task<Result<void>> revoke(std::string stream, KeyId id);
  // Errors: `unauthenticated` "publish.key" when it is no live key of the stream.
  Task<Result<KnownStreamKey>> verify(std::string stream, std::string key);

 private:
  Database& database_;
  IdSource& ids_;
  Random& random_;
  const Clock& clock_;
};

// The `rtmp://HOST/live` and `STREAM?key=KEY` that encoders ask for.
struct RtmpAddress {
  std::string server;
  std::string stream_key;
  std::string url;  // both in one
};
// `scheme` is "rtmp" or "rtmps"; `host` with its port when it is not 1935: "live.example.com",
// "127.0.0.1:19350".
RtmpAddress rtmp_address(std::string_view scheme, std::string_view host, const NewStreamKey& made);
// "rtmps" where nothing else is taken (tls.required). `tls` is the RTMP port's, or null.
std::string_view rtmp_scheme(const TlsDoor* tls);
// Where RTMP is reached by who reached HTTP at `http_host`: "live.example.com:8080" and 1935 give
// "live.example.com".
std::string rtmp_host(std::string_view http_host, uint16_t rtmp_port);

}  // namespace vitrine
