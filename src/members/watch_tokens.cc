#include "members/watch_tokens.h"

#include "members/config.h"

namespace vitrine {
namespace {

WatchClaims watch_claims_of(JwtClaims claims) {
  return {std::move(claims.subject), std::move(claims.room), claims.expires};
}

}  // namespace

// A PEM is tried as each kind of public key: what it is decides the algorithm.
Result<JwtVerifier> WatchTokens::verifier_of(const TokenTerms& terms) const {
  const Config& config = Core::current()->config();
  const std::string audience = terms.audience.empty() ? config.get(kJwtAudience) : terms.audience;
  if (terms.kind == TokenKeyKind::secret)
    return JwtVerifier::make({{"", JwtAlgorithm::hs256, terms.key}}, terms.issuer, audience);
  auto rsa = JwtVerifier::make({{"", JwtAlgorithm::rs256, terms.key}}, terms.issuer, audience);
  if (rsa) return rsa;
  return JwtVerifier::make({{"", JwtAlgorithm::eddsa, terms.key}}, terms.issuer, audience);
}

Task<Result<void>> WatchTokens::check(TokenTerms terms) {
  if (terms.kind == TokenKeyKind::site) {
    if (!context_.jwt->has_keys()) co_return Error{ErrorKind::invalid_input, "members.no_site_keys"};
    co_return Result<void>();
  }
  if (terms.kind == TokenKeyKind::jwks) co_return Error{ErrorKind::invalid_input, "members.jwks_url"};
  const auto verifier = verifier_of(terms);
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
  const auto verifier = verifier_of(terms);
  if (!verifier) co_return verifier.error();
  auto claims = verifier->verify(token, now);
  if (!claims) co_return claims.error();
  co_return watch_claims_of(std::move(*claims));
}

}  // namespace vitrine
