#include "rooms/review_hook.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/digest.h"
#include "base/hex.h"
#include "base/log.h"
#include "net/config.h"

namespace vitrine {
namespace {

constexpr Error kBadUrl{ErrorKind::invalid_input, "rooms.review_url"};
constexpr Error kBusy{ErrorKind::exhausted, "rooms.review_busy"};
constexpr size_t kAnswerMax = 4 * 1024;

AddressPolicy destinations() {
  return AddressPolicy(Core::current()->config().get(kPrivateDestinations));
}

// As webhooks sign: the receiver refuses a time more than 300 s away.
std::string signature(const std::string& secret, WallTime now, const std::string& body) {
  const int64_t seconds = now.ms / 1'000;
  return fmt::format("t={},v1={}", seconds, to_hex(hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

constexpr std::string_view kSecretPlace = "review hook secret";

Result<void> write_settings(Transaction& tx, const FieldCipher& cipher, const ReviewSettings& settings) {
  const auto kept = tx.execute(
      "INSERT INTO review_hook (shop_id, enabled, url, secret, timeout_ms, fallback, sealed_secret)"
      " VALUES ('default', $1, $2, '', $3, $4, $5) ON CONFLICT (shop_id) DO UPDATE SET"
      " enabled = excluded.enabled, url = excluded.url, secret = '', timeout_ms = excluded.timeout_ms,"
      " fallback = excluded.fallback, sealed_secret = excluded.sealed_secret",
      settings.enabled ? 1 : 0, settings.url, settings.timeout_ms, settings.fallback,
      Blob{cipher.seal(settings.secret, kSecretPlace)});
  if (!kept) return kept.error();
  return {};
}

Result<ReviewSettings> read_settings(Transaction& tx, const FieldCipher& cipher) {
  const auto rows = tx.query(
      "SELECT enabled, url, secret, timeout_ms, fallback, sealed_secret FROM review_hook"
      " WHERE shop_id = 'default'");
  if (!rows) return rows.error();
  if (rows->empty()) return ReviewSettings{};
  const Row& row = rows->front();
  ReviewSettings out{.enabled = row.integer(0) != 0,
                     .url = row.text(1),
                     .secret = row.text(2),
                     .timeout_ms = row.integer(3),
                     .fallback = static_cast<Verdict>(row.integer(4))};
  if (row.is_null(5)) {
    if (auto sealed = write_settings(tx, cipher, out); !sealed) return sealed.error();
    return out;
  }
  auto secret = cipher.open(row.blob(5), kSecretPlace);
  if (!secret) log_error("rooms.review_secret_not_opened", {{"reason", secret.error().reason}});
  out.secret = secret ? std::move(*secret) : std::string();
  return out;
}

}  // namespace

std::string review_body(const ReviewQuestion& question, WallTime now) {
  return boost::json::serialize(boost::json::object{{"kind", "text"},
                                                    {"room", question.room},
                                                    {"viewer", question.viewer},
                                                    {"name", question.name},
                                                    {"text", question.text},
                                                    {"at_ms", now.ms}});
}

std::optional<Verdict> read_verdict(const FetchAnswer& answer) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(answer.body, failed, {}, {.max_depth = 4});
  if (answer.status != 200 || failed || !json.is_object()) return std::nullopt;
  const auto* verdict = json.get_object().if_contains("verdict");
  if (verdict == nullptr || !verdict->is_string()) return std::nullopt;
  const auto names = enum_names(Verdict{});
  const auto found = std::find(names.begin(), names.end(), std::string_view(verdict->get_string()));
  if (found == names.end()) return std::nullopt;
  return static_cast<Verdict>(found - names.begin());
}

ReviewHook::ReviewHook(const Clock& clock)
    : clock_(clock),
      blocking_(1, static_cast<size_t>(kAskedMax), kBusy),
      http_({blocking_, hosts_, destinations}) {}

Task<Result<void>> ReviewHook::load(Database& database, const FieldCipher& cipher) {
  auto work = [&cipher](Transaction& tx) { return read_settings(tx, cipher); };
  auto known = co_await database.write(std::move(work));
  if (!known) co_return known.error();
  on_ = known->enabled;
  settings_.with([&](ReviewSettings& settings) { settings = std::move(*known); });
  co_return Result<void>();
}

Task<Result<void>> ReviewHook::set(Database& database, const FieldCipher& cipher, ReviewSettings settings) {
  if (settings.enabled && !read_http_url(settings.url)) co_return kBadUrl;
  auto work = [settings, &cipher](Transaction& tx) { return write_settings(tx, cipher, settings); };
  const Result<void> written = co_await database.write(std::move(work));
  if (!written) co_return written;
  on_ = settings.enabled;
  settings_.with([&](ReviewSettings& kept) { kept = std::move(settings); });
  co_return Result<void>();
}

ReviewSettings ReviewHook::settings() const {
  return settings_.with([](const ReviewSettings& settings) { return settings; });
}

Task<Verdict> ReviewHook::ask(ReviewQuestion question) {
  const ReviewSettings settings = this->settings();
  auto url = read_http_url(settings.url);
  if (!settings.enabled || !url) co_return settings.fallback;
  if (asked_.fetch_add(1) >= kAskedMax) {
    --asked_;
    co_return settings.fallback;
  }
  const WallTime now = clock_.wall();
  FetchRequest request{.method = "POST", .url = std::move(*url)};
  request.body = review_body(question, now);
  request.headers = "Content-Type: application/json\r\nVitrine-Signature: " +
                    signature(settings.secret, now, request.body) + "\r\n";
  request.time = Milliseconds(settings.timeout_ms);
  request.answer_max = kAnswerMax;
  const auto answer = co_await http_.fetch(std::move(request));
  --asked_;
  const auto verdict = answer ? read_verdict(*answer) : std::nullopt;
  if (!verdict) log_warn("rooms.review_no_answer", {{"reason", answer ? "status" : answer.error().reason}});
  co_return verdict.value_or(settings.fallback);
}

}  // namespace vitrine
