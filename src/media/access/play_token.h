// Play tokens: short signed texts that let their holder watch one stream until a time, checked with no
// look at any database. Made for staff by the API and for viewers by their room.
//
// A token is a TokenSigner text over "STREAM|ADDRESS|VIEWER"; the last two may be empty. It cannot be
// taken back before it expires; changing the secret twice ends all.
//
// Owns    the signing secrets: the one in force and the one before it.
// Thread  any; immutable.
// Never   is logged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/token.h"

namespace vitrine {

inline constexpr size_t kViewerIdMax = 64;
inline constexpr Milliseconds kPlayTokenLongest{24LL * 3'600'000};

// Whom a token is for.
struct PlayClaim {
  std::string stream;   // allowed by is_stream_name()
  std::string address;  // of the one who may use it, "" for anybody; an IPv6 one stands for its /64
  std::string viewer;   // [A-Za-z0-9_-], at most kViewerIdMax; "" for nobody in particular
  friend bool operator==(const PlayClaim&, const PlayClaim&) = default;
};

class PlayTokens {
 public:
  // Secrets of 32 random bytes; `previous` is still accepted, and no longer signs.
  PlayTokens(std::string current, std::optional<std::string> previous);

  // Errors: `invalid_input` "play.stream", "play.viewer", "play.address".
  Result<std::string> sign(const PlayClaim& claim, WallTime expires) const;
  // The claim of a token shown for `stream` from `address`. Errors, both `forbidden`:
  // "play.token_invalid" (malformed, changed, signed otherwise, another stream or address),
  // "play.token_expired".
  Result<PlayClaim> verify(std::string_view token, std::string_view stream, std::string_view address,
                           WallTime now) const;

 private:
  TokenSigner current_;
  std::optional<TokenSigner> previous_;
};

}  // namespace vitrine
