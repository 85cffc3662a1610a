#include "members/watch_tokens.h"

#include "base/log.h"
#include "members/config.h"
#include "members/jwks.h"
#include "net/config.h"

namespace vitrine {
namespace {

constexpr Error kBadUrl{ErrorKind::invalid_input, "members.jwks_url"};
constexpr Error kNoList{ErrorKind::unavailable, "members.jwks_url"};
constexpr Error kBusy{ErrorKind::exhausted, "members.jwks_busy"};
constexpr size_t kFetchesMax = 16;

WatchClaims watch_claims_of(JwtClaims claims) {
  return {std::move(claims.subject), std::move(claims.room), claims.expires};
}

AddressPolicy destinations() {
  return AddressPolicy(Core::current()->config().get(kPrivateDestinations));
}

// Whoever is between us and the site could put in a key of its own: without TLS only within one's own
// network.
bool may_be_asked(const HttpUrl& url) {
  const AddressPolicy open_internet({});
  const bool numeric = url.host.find_first_not_of("0123456789.") == std::string::npos ||
                       url.host.find(':') != std::string::npos;
  return url.secure || (numeric && !open_internet.allows(url.host));
}

}  // namespace

WatchTokens::WatchTokens(const MembersContext& context)
    : context_(context), blocking_(1, kFetchesMax, kBusy), http_({blocking_, hosts_, destinations}) {}

// A PEM is tried as each kind of public key: what it is decides the algorithm.
Result<JwtVerifier> WatchTokens::verifier_of(const TokenTerms& terms, std::vector<JwtKey> keys) const {
  const Config& config = Core::current()->config();
  const std::string audience = terms.audience.empty() ? config.get(kJwtAudience) : terms.audience;
  if (terms.kind == TokenKeyKind::jwks) return JwtVerifier::make(std::move(keys), terms.issuer, audience);
  if (terms.kind == TokenKeyKind::secret)
    return JwtVerifier::make({{"", JwtAlgorithm::hs256, terms.key}}, terms.issuer, audience);
  auto rsa = JwtVerifier::make({{"", JwtAlgorithm::rs256, terms.key}}, terms.issuer, audience);
  if (rsa) return rsa;
  return JwtVerifier::make({{"", JwtAlgorithm::eddsa, terms.key}}, terms.issuer, audience);
}

Task<Result<std::vector<JwtKey>>> WatchTokens::fetch(std::string url) {
  auto read = read_http_url(url);
  if (!read || !may_be_asked(*read)) co_return kBadUrl;
  FetchRequest request{.url = std::move(*read), .headers = "Accept: application/json\r\n"};
  request.time = kFetchTime;
  request.answer_max = kJwksBytesMax;
  const auto answer = co_await http_.fetch(std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return kNoList;
  co_return read_jwks(answer->body);
}

// The list as it was fetched at most `older_than` ago, where it may be asked for again.
Task<Result<std::vector<JwtKey>>> WatchTokens::keys_of(std::string url, Milliseconds older_than) {
  const MonotonicTime now = context_.clock.monotonic();
  struct Look {
    List list;
    bool fetches = false;
  };
  const Look look = lists_.with([&](Lists& lists) {
    if (!lists.contains(url) && lists.size() >= kListsMax) lists.erase(lists.begin());
    const bool first = !lists.contains(url);
    List& list = lists[url];
    const bool old = !list.known || now - list.fetched >= Microseconds(older_than);
    Look out{list, old && (first || now - list.tried >= Microseconds(kAgain))};
    if (out.fetches) list.tried = now;
    return out;
  });
  const bool usable = look.list.known && now - look.list.fetched <= Microseconds(kStale);
  if (!look.fetches) {
    if (usable) co_return look.list.keys;
    co_return kNoList;
  }
  auto keys = co_await fetch(url);
  if (keys) {
    lists_.with([&](Lists& lists) { lists[url] = {*keys, now, now, true}; });
    co_return std::move(*keys);
  }
  log_warn("members.jwks_not_fetched", {{"reason", keys.error().reason}});
  if (usable) co_return look.list.keys;
  co_return kNoList;
}

Task<Result<void>> WatchTokens::check(TokenTerms terms) {
  if (terms.kind == TokenKeyKind::site) {
    if (!context_.jwt->has_keys()) co_return Error{ErrorKind::invalid_input, "members.no_site_keys"};
    co_return Result<void>();
  }
  std::vector<JwtKey> keys;
  if (terms.kind == TokenKeyKind::jwks) {
    // Staff wait for the answer, and may mend the list and try again at once.
    auto fetched = co_await fetch(terms.key);
    if (!fetched) co_return kBadUrl;
    keys = std::move(*fetched);
    const MonotonicTime now = context_.clock.monotonic();
    lists_.with([&](Lists& lists) { lists[terms.key] = {keys, now, now, true}; });
  }
  const auto verifier = verifier_of(terms, std::move(keys));
  if (!verifier) co_return verifier.error();
  co_return Result<void>();
}

Task<Result<WatchClaims>> WatchTokens::verify(TokenTerms terms, std::string token) {
  const WallTime now = context_.clock.wall();
  if (terms.kind == TokenKeyKind::site) {
    auto claims = context_.jwt->verify(token, now);
    if (!claims) co_return claims.error();
    co_return watch_claims_of(std::move(*claims));
  }
  // The second time for a key that the merchant has put on the list since.
  for (const Milliseconds older_than : {kFresh, kAgain}) {
    std::vector<JwtKey> keys;
    if (terms.kind == TokenKeyKind::jwks) {
      auto known = co_await keys_of(terms.key, older_than);
      if (!known) co_return known.error();
      keys = std::move(*known);
    }
    const auto verifier = verifier_of(terms, std::move(keys));
    if (!verifier) co_return verifier.error();
    auto claims = verifier->verify(token, now);
    if (claims) co_return watch_claims_of(std::move(*claims));
    const bool again = terms.kind == TokenKeyKind::jwks && claims.error().reason == "members.token";
    if (!again || older_than == kAgain) co_return claims.error();
  }
  co_return Error{ErrorKind::unauthenticated, "members.token"};
}

}  // namespace vitrine
