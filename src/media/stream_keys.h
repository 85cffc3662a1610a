// Stream keys: secrets that let a publisher onto a stream. Several may be live for one stream, so that
// a key can be changed without an interruption.
//
// A key has 160 random bits and is stored as its SHA-256, which is enough for a secret nobody can guess
// (a password would need argon2). It is shown once, when it is made.
//
// Owns    the table stream_keys of the media module's database.
// Thread  any core.
// Never   logs or stores a key.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
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

inline constexpr size_t kStreamKeyBytes = 20;  // random bytes, written as 40 hexadecimal digits
inline constexpr int64_t kStreamKeysLiveMax = 16;

// A key just made; the only place where the secret itself is.
struct NewStreamKey {
  KeyId id;
  std::string stream;
  std::string key;
};
struct StreamKeyInfo {
  KeyId id;
  std::string stream;
  std::string hint;  // its last four digits, to tell keys apart
  WallTime created;
};

// Errors: `invalid_input` "stream.name".
Result<NewStreamKey> make_stream_key(std::string stream, IdSource& ids, Random& random);
// Adds it inside a transaction of the caller's. Errors: `exhausted` "stream_key.too_many".
Result<void> add_stream_key(Transaction& transaction, const NewStreamKey& made, WallTime now);

class StreamKeys {
 public:
  // All must outlive it.
  StreamKeys(Database& database, IdSource& ids, Random& random, const Clock& clock);

  // Makes and stores one. Errors: those of make_stream_key, add_stream_key and the database.
  Task<Result<NewStreamKey>> create(std::string stream);
  // The live ones, oldest first.
  Task<Result<std::vector<StreamKeyInfo>>> list(std::string stream);
  // Ends a key at once for new publishers; who publishes stays. Errors: `not_found` "stream_key.none".
  Task<Result<void>> revoke(std::string stream, KeyId id);
  // Errors: `unauthenticated` "publish.key" when it is no live key of the stream.
  Task<Result<void>> verify(std::string stream, std::string key);

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
// `host` with its port when it is not 1935: "live.example.com", "127.0.0.1:19350".
RtmpAddress rtmp_address(std::string_view host, const NewStreamKey& made);

}  // namespace vitrine
