// Who may watch, decided from memory: the stream's rules, play tokens, CDN-style signed URLs, referers.
//
// Owns    the rules in memory and the secrets that sign play tokens: derived from DATA/secrets/play.key by a
//         generation number, so that a rotation is one row and the key file is never rewritten.
// Thread  start() once on a core; admit_viewer(), sign() and play_query() on any core; rotate() and
//         set_rules() on any core.
// Never   lets anybody in before start() has read the rules.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/config.h"
#include "contract/audience.h"
#include "media/access/play_gate.h"
#include "media/access/play_token.h"
#include "media/access/signed_url.h"
#include "media/stream_rules.h"
#include "runtime/guarded.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kPlaySigningTable = R"sql(
CREATE TABLE play_signing (
  shop_id TEXT PRIMARY KEY, generation BIGINT NOT NULL, rotated_ms BIGINT NOT NULL);
)sql";

struct SignedPlay {
  std::string token;
  WallTime expires;
};

class PlayGuard final : public PlayGate {
 public:
  explicit PlayGuard(const Clock& clock) : clock_(clock) {}

  // `secret` is the content of the key file; `database` outlives all calls.
  Task<Result<void>> start(Database& database, std::string secret);

  Result<PlayPass> admit_viewer(const PlayRequest& request) override;

  // A token for `claim`, valid for `time`, at most kPlayTokenLongest. Errors: those of PlayTokens::sign,
  // `unavailable` "media.unavailable".
  Result<SignedPlay> sign(const PlayClaim& claim, Milliseconds time) const;
  // "token=..." for whoever may watch.
  std::string play_query(const std::string& stream, const std::string& viewer) const;

  // Whom a room lets in holds for its stream too. Set before start; outlives all calls.
  void set_audience(const AudiencePort& audience) { audience_ = &audience; }

  // Signs with a fresh secret from now on. Tokens of the one before stay valid until they expire, older ones
  // end at once: to end all, rotate twice. Answers the new generation.
  Task<Result<int64_t>> rotate();

  // As they are in force: what the stream does not set comes from the installation's settings.
  StreamRules rules(const std::string& stream) const;
  StreamRules own_rules(const std::string& stream) const { return book_.find(stream); }
  Task<Result<void>> set_rules(std::string stream, StreamRules rules);

 private:
  Result<PlayPass> vouch(const PlayRequest& request, bool is_open) const;
  Result<PlayPass> by_token(const PlayRequest& request, const std::string& token) const;
  void use_generation(int64_t generation);

  const Clock& clock_;
  const AudiencePort* audience_ = nullptr;  // none: rooms does not run here
  StreamRulesBook book_;
  Database* database_ = nullptr;
  std::string secret_;
  struct Signing {
    std::shared_ptr<const PlayTokens> tokens;  // null before start()
    int64_t generation = 0;
  };
  Guarded<Signing> signing_;
};

// The installation's part of the rules and its CDN, from the settings in force.
RefererRules installation_referers(const Config& config);
SignedUrlRule signed_url_rule(const Config& config);

}  // namespace vitrine
