#include "media/play_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "media/config.h"
#include "media/protocol/stream_name.h"
#include "net/url.h"
#include "runtime/core.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};

std::string derived(const std::string& secret, int64_t generation) {
  return hmac_sha256(secret, fmt::format("play token {}", generation));
}

Result<int64_t> read_generation(Transaction& transaction) {
  const auto rows = transaction.query("SELECT generation FROM play_signing WHERE shop_id = $1", kShop);
  if (!rows) return rows.error();
  return rows->empty() ? int64_t{1} : rows->at(0).integer(0);
}

}  // namespace

RefererRules installation_referers(const Config& config) {
  return {config.get(kMediaReferersAllowed), config.get(kMediaReferersDenied),
          config.get(kMediaRefererEmpty)};
}

SignedUrlRule signed_url_rule(const Config& config) {
  // A format nobody knows is none: what cannot be checked is not taken.
  return {signed_url_format(config.get(kMediaSignedUrl)).value_or(SignedUrlFormat::none),
          config.get(kMediaSignedUrlKey), config.get(kMediaSignedUrlPreviousKey),
          std::chrono::seconds(config.get(kMediaSignedUrlLifetime))};
}

Task<Result<void>> PlayGuard::start(Database& database, std::string secret) {
  database_ = &database;
  secret_ = std::move(secret);
  if (auto loaded = co_await book_.load(database); !loaded) co_return loaded;
  const auto generation = co_await database.read(read_generation);
  if (!generation) co_return generation.error();
  use_generation(*generation);
  co_return Result<void>();
}

void PlayGuard::use_generation(int64_t generation) {
  const auto previous = generation > 1 ? std::optional(derived(secret_, generation - 1)) : std::nullopt;
  auto tokens = std::make_shared<const PlayTokens>(derived(secret_, generation), previous);
  signing_.with([&](Signing& signing) {
    // Two rotations may come back in either order.
    if (generation > signing.generation) signing = {std::move(tokens), generation};
  });
}

Task<Result<int64_t>> PlayGuard::rotate() {
  if (signing_.with([](const Signing& signing) { return signing.tokens == nullptr; })) co_return kUnavailable;
  auto work = [now = clock_.wall()](Transaction& transaction) -> Result<int64_t> {
    const auto before = read_generation(transaction);
    if (!before) return before.error();
    const int64_t next = *before + 1;
    const auto written = transaction.execute(
        "INSERT INTO play_signing (shop_id, generation, rotated_ms) VALUES ($1, $2, $3) ON CONFLICT "
        "(shop_id) "
        "DO UPDATE SET generation = excluded.generation, rotated_ms = excluded.rotated_ms",
        kShop, next, now);
    if (!written) return written.error();
    return next;
  };
  const auto generation = co_await database_->write(std::move(work));
  if (generation) use_generation(*generation);
  co_return generation;
}

Result<PlayPass> PlayGuard::admit_viewer(const PlayRequest& request) {
  if (!is_stream_name(request.stream)) return Error{ErrorKind::invalid_input, "stream.name"};
  if (signing_.with([](const Signing& signing) { return signing.tokens == nullptr; })) return kUnavailable;
  const StreamRules rules = this->rules(request.stream);
  if (!allows(*rules.referers, request.referer, request.host))
    return Error{ErrorKind::forbidden, "play.referer"};
  auto pass = vouch(request, rules.play == PlayMode::open);
  if (!pass) return pass;
  const bool asked = audience_ != nullptr && audience_->guards(request.stream);
  if (asked && !audience_->may_watch({request.stream, pass->viewer, request.address, pass->vouched}))
    return Error{ErrorKind::forbidden, "play.outside"};
  return pass;
}

// Who watches an open stream is named by its token too: so one may be sent away and the others not.
Result<PlayPass> PlayGuard::vouch(const PlayRequest& request, bool is_open) const {
  if (const auto token = query_value(request.query, "token")) {
    auto pass = by_token(request, *token);
    if (pass || !is_open) return pass;
  }
  if (is_open) return PlayPass{};
  const SignedUrlRule rule = signed_url_rule(Core::current()->config());
  if (!has_signature(rule, request.query)) return Error{ErrorKind::forbidden, "play.token_missing"};
  const SignedUrlTarget target{request.path, request.stream};
  if (const auto taken = verify_query(rule, target, request.query, clock_.wall()); !taken)
    return taken.error();
  return PlayPass{.viewer = {}, .vouched = true};
}

Result<PlayPass> PlayGuard::by_token(const PlayRequest& request, const std::string& token) const {
  const auto tokens = signing_.with([](const Signing& signing) { return signing.tokens; });
  auto claim = tokens->verify(token, request.stream, request.address, clock_.wall());
  if (!claim) return claim.error();
  return PlayPass{.viewer = std::move(claim->viewer), .vouched = true};
}

Result<SignedPlay> PlayGuard::sign(const PlayClaim& claim, Milliseconds time) const {
  const auto tokens = signing_.with([](const Signing& signing) { return signing.tokens; });
  if (!tokens) return kUnavailable;
  const WallTime expires = clock_.wall() + std::min(time, kPlayTokenLongest);
  auto token = tokens->sign(claim, expires);
  if (!token) return token.error();
  return SignedPlay{*std::move(token), expires};
}

std::string PlayGuard::play_query(const std::string& stream, const std::string& viewer) const {
  const Milliseconds time = std::chrono::seconds(Core::current()->config().get(kMediaPlayTokenSeconds));
  const auto made = sign({stream, {}, viewer}, time);
  return made ? "token=" + made->token : std::string();
}

StreamRules PlayGuard::rules(const std::string& stream) const {
  const Config& config = Core::current()->config();
  StreamRules out = book_.find(stream);
  // Anything but "open" keeps strangers out: a misspelt setting must not open every stream.
  if (!out.play) out.play = config.get(kMediaPlayDefault) == "open" ? PlayMode::open : PlayMode::token;
  if (audience_ != nullptr && audience_->restricted(stream)) out.play = PlayMode::token;
  if (!out.referers) out.referers = installation_referers(config);
  return out;
}

Task<Result<void>> PlayGuard::set_rules(std::string stream, StreamRules rules) {
  if (database_ == nullptr) co_return kUnavailable;
  auto task = book_.set(*database_, std::move(stream), std::move(rules), clock_.wall());
  co_return co_await std::move(task);
}

}  // namespace vitrine
