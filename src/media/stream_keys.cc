#include "media/stream_keys.h"

#include "base/digest.h"
#include "base/hex.h"
#include "media/protocol/stream_name.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr size_t kHintLetters = 4;
constexpr uint16_t kRtmpDefaultPort = 1935;

// "live.example.com:8080" and "[::1]:8080" without the port.
std::string_view without_port(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool ipv6_alone = host.ends_with(']');
  return colon == std::string_view::npos || ipv6_alone ? host : host.substr(0, colon);
}

std::string stored_form(std::string_view key) {
  return to_hex(sha256(key));
}

}  // namespace

Result<NewStreamKey> make_stream_key(std::string stream, IdSource& ids, Random& random) {
  if (!is_stream_name(stream)) return Error{ErrorKind::invalid_input, "stream.name"};
  return NewStreamKey{ids.next<KeyId>(), std::move(stream), random_hex(random, kStreamKeyBytes)};
}

Result<void> add_stream_key(Transaction& transaction, const NewStreamKey& made, WallTime now) {
  if (made.expires && *made.expires <= now) return Error{ErrorKind::invalid_input, "stream_key.expires"};
  const auto live = transaction.query(
      "SELECT count(*) FROM stream_keys WHERE stream = $1 AND revoked_ms IS NULL AND (expires_ms IS NULL OR "
      "expires_ms > $2)",
      made.stream, now);
  if (!live) return live.error();
  if (live->at(0).integer(0) >= kStreamKeysLiveMax) return Error{ErrorKind::exhausted, "stream_key.too_many"};
  const auto hint = made.key.substr(made.key.size() - kHintLetters);
  const auto added = transaction.execute(
      "INSERT INTO stream_keys (id, shop_id, stream, key_sha256, hint, created_ms, label, expires_ms) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8)",
      made.id, kShop, made.stream, stored_form(made.key), hint, now, made.label, made.expires);
  if (!added) return added.error();
  return {};
}

Result<RotatedStreamKey> rotate_stream_key(Transaction& transaction, KeyId old, NewStreamKey made,
                                           Milliseconds overlap, WallTime now) {
  const auto rows = transaction.query(
      "SELECT label, expires_ms FROM stream_keys WHERE id = $1 AND stream = $2 AND revoked_ms IS NULL AND "
      "(expires_ms IS NULL OR expires_ms > $3)",
      old, made.stream, now);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "stream_key.none"};
  made.label = rows->at(0).text(0);
  WallTime ends = now + std::min(overlap, kStreamKeyOverlapLongest);
  if (const auto anyway = rows->at(0).maybe_integer(1)) ends = std::min(ends, WallTime{*anyway});
  // First its end: without an overlap it makes room for the new one.
  const auto ended = transaction.execute("UPDATE stream_keys SET expires_ms = $1 WHERE id = $2", ends, old);
  if (!ended) return ended.error();
  if (auto added = add_stream_key(transaction, made, now); !added) return added.error();
  return RotatedStreamKey{std::move(made), ends};
}

StreamKeys::StreamKeys(Database& database, IdSource& ids, Random& random, const Clock& clock)
    : database_(database), ids_(ids), random_(random), clock_(clock) {}

Task<Result<NewStreamKey>> StreamKeys::create(std::string stream, std::string label,
                                              std::optional<WallTime> expires) {
  auto made = make_stream_key(std::move(stream), ids_, random_);
  if (!made) co_return made;
  made->label = std::move(label);
  made->expires = expires;
  auto work = [made = *made, now = clock_.wall()](Transaction& transaction) -> Result<NewStreamKey> {
    if (auto added = add_stream_key(transaction, made, now); !added) return added.error();
    return made;
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<RotatedStreamKey>> StreamKeys::rotate(std::string stream, KeyId old, Milliseconds overlap) {
  auto made = make_stream_key(std::move(stream), ids_, random_);
  if (!made) co_return made.error();
  auto work = [made = *std::move(made), old, overlap, now = clock_.wall()](Transaction& transaction) {
    return rotate_stream_key(transaction, old, made, overlap, now);
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<std::vector<StreamKeyInfo>>> StreamKeys::list(std::string stream) {
  const WallTime since = clock_.wall() + -kStreamKeyShownAfterEnd;
  auto work = [stream = std::move(stream),
               since](Transaction& transaction) -> Result<std::vector<StreamKeyInfo>> {
    const auto rows = transaction.query(
        "SELECT id, hint, label, created_ms, expires_ms, used_ms FROM stream_keys WHERE stream = $1 AND "
        "revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $2) ORDER BY id LIMIT 100",
        stream, since);
    if (!rows) return rows.error();
    const auto time = [](std::optional<int64_t> ms) {
      return ms ? std::optional(WallTime{*ms}) : std::nullopt;
    };
    std::vector<StreamKeyInfo> out;
    for (const auto& row : *rows)
      out.push_back({row.id<KeyId>(0), stream, row.text(1), row.text(2), row.time(3),
                     time(row.maybe_integer(4)), time(row.maybe_integer(5))});
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

Task<Result<KnownStreamKey>> StreamKeys::verify(std::string stream, std::string key) {
  auto work = [stream = std::move(stream), wanted = stored_form(key),
               now = clock_.wall()](Transaction& transaction) -> Result<KnownStreamKey> {
    const auto rows = transaction.query(
        "SELECT key_sha256, id, expires_ms FROM stream_keys WHERE stream = $1 AND revoked_ms IS NULL AND "
        "(expires_ms IS NULL OR expires_ms > $2) LIMIT 100",
        stream, now);
    if (!rows) return rows.error();
    std::optional<KnownStreamKey> known;
    // All are compared, whichever fits: the time says nothing.
    for (const auto& row : *rows) {
      if (!equal_secret(row.text(0), wanted)) continue;
      known.emplace(KnownStreamKey{row.id<KeyId>(1), std::nullopt});
      if (const auto ms = row.maybe_integer(2)) known->expires = WallTime{*ms};
    }
    if (!known) return Error{ErrorKind::unauthenticated, "publish.key"};
    return *known;
  };
  co_return co_await database_.read(std::move(work));
}

std::string_view rtmp_scheme(const TlsDoor* tls) {
  return tls != nullptr && tls->required() ? "rtmps" : "rtmp";
}

RtmpAddress rtmp_address(std::string_view scheme, std::string_view host, const NewStreamKey& made) {
  RtmpAddress out;
  out.server = std::string(scheme) + "://" + std::string(host) + "/live";
  out.stream_key = made.stream + "?key=" + made.key;
  out.url = out.server + "/" + out.stream_key;
  return out;
}

std::string rtmp_host(std::string_view http_host, uint16_t rtmp_port) {
  std::string out(without_port(http_host));
  if (rtmp_port != kRtmpDefaultPort) out += ":" + std::to_string(rtmp_port);
  return out;
}

}  // namespace vitrine
