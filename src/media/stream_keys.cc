#include "media/stream_keys.h"

#include "base/digest.h"
#include "base/hex.h"
#include "media/protocol/stream_name.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr size_t kHintLetters = 4;

std::string stored_form(std::string_view key) {
  return to_hex(sha256(key));
}

}  // namespace

Result<NewStreamKey> make_stream_key(std::string stream, IdSource& ids, Random& random) {
  if (!is_stream_name(stream)) return Error{ErrorKind::invalid_input, "stream.name"};
  return NewStreamKey{ids.next<KeyId>(), std::move(stream), random_hex(random, kStreamKeyBytes)};
}

Result<void> add_stream_key(Transaction& transaction, const NewStreamKey& made, WallTime now) {
  const auto live = transaction.query(
      "SELECT count(*) FROM stream_keys WHERE stream = $1 AND revoked_ms IS NULL", made.stream);
  if (!live) return live.error();
  if (live->at(0).integer(0) >= kStreamKeysLiveMax) return Error{ErrorKind::exhausted, "stream_key.too_many"};
  const auto hint = made.key.substr(made.key.size() - kHintLetters);
  const auto added = transaction.execute(
      "INSERT INTO stream_keys (id, shop_id, stream, key_sha256, hint, created_ms) VALUES ($1, $2, $3, $4, "
      "$5, $6)",
      made.id, kShop, made.stream, stored_form(made.key), hint, now);
  if (!added) return added.error();
  return {};
}

StreamKeys::StreamKeys(Database& database, IdSource& ids, Random& random, const Clock& clock)
    : database_(database), ids_(ids), random_(random), clock_(clock) {}

Task<Result<NewStreamKey>> StreamKeys::create(std::string stream) {
  auto made = make_stream_key(std::move(stream), ids_, random_);
  if (!made) co_return made;
  auto work = [made = *made, now = clock_.wall()](Transaction& transaction) -> Result<NewStreamKey> {
    if (auto added = add_stream_key(transaction, made, now); !added) return added.error();
    return made;
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<std::vector<StreamKeyInfo>>> StreamKeys::list(std::string stream) {
  auto work = [stream = std::move(stream)](Transaction& transaction) -> Result<std::vector<StreamKeyInfo>> {
    const auto rows = transaction.query(
        "SELECT id, hint, created_ms FROM stream_keys WHERE stream = $1 AND revoked_ms IS NULL ORDER BY id "
        "LIMIT 100",
        stream);
    if (!rows) return rows.error();
    std::vector<StreamKeyInfo> out;
    for (const auto& row : *rows) out.push_back({row.id<KeyId>(0), stream, row.text(1), row.time(2)});
    return out;
  };
  co_return co_await database_.read(std::move(work));
}

Task<Result<void>> StreamKeys::revoke(std::string stream, KeyId id) {
  auto work = [stream = std::move(stream), id,
               now = clock_.wall()](Transaction& transaction) -> Result<void> {
    const auto changed = transaction.execute(
        "UPDATE stream_keys SET revoked_ms = $1 WHERE id = $2 AND stream = $3 AND revoked_ms IS NULL", now,
        id, stream);
    if (!changed) return changed.error();
    if (*changed == 0) return Error{ErrorKind::not_found, "stream_key.none"};
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<void>> StreamKeys::verify(std::string stream, std::string key) {
  auto work = [stream = std::move(stream),
               wanted = stored_form(key)](Transaction& transaction) -> Result<void> {
    const auto rows = transaction.query(
        "SELECT key_sha256 FROM stream_keys WHERE stream = $1 AND revoked_ms IS NULL LIMIT 100", stream);
    if (!rows) return rows.error();
    bool known = false;
    // All are compared, whichever fits: the time says nothing.
    for (const auto& row : *rows) known = equal_secret(row.text(0), wanted) || known;
    if (!known) return Error{ErrorKind::unauthenticated, "publish.key"};
    return {};
  };
  co_return co_await database_.read(std::move(work));
}

RtmpAddress rtmp_address(std::string_view host, const NewStreamKey& made) {
  RtmpAddress out;
  out.server = "rtmp://" + std::string(host) + "/live";
  out.stream_key = made.stream + "?key=" + made.key;
  out.url = out.server + "/" + out.stream_key;
  return out;
}

}  // namespace vitrine
