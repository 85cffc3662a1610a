// How a guest becomes a buyer: by a code sent to a phone, or by the merchant's own signed token.
// Neither costs a password hash: ten thousand may sign in during the minute before a sale.
//
// Owns    the limits on codes.
// Thread  members' home core.
// Never   stores a phone readable, a code undigested, or an account without its consent.
#pragma once

#include "members/attempt_limiter.h"
#include "members/buyer_store.h"
#include "members/config.h"
#include "members/identities.h"
#include "members/sms.h"
#include "net/problem.h"
#include "net/router.h"

namespace vitrine {

inline constexpr std::chrono::minutes kCodeLife{5};
inline constexpr std::chrono::seconds kCodeResend{60};
inline constexpr int64_t kCodeTriesMax = 5;

// Who asks, before they are a buyer.
struct SigningIn {
  GuestId guest;           // 0: no guest cookie
  std::string guest_name;  // a new account's name
  Origin origin;
};
struct BuyerSignedIn {
  BuyerCookie cookie;
  BuyerCard card;
  bool is_new = false;
};

class BuyerService {
 public:
  BuyerService(MembersContext& context, Identities& identities, SmsPort& sms)
      : context_(context), identities_(identities), sms_(sms) {}

  // Problems: 400 "members.phone"; 429 "members.code_too_soon" or "members.too_many_codes" with
  // Retry-After; what the SMS port answers.
  Task<Reply<NoContent>> send_code(std::string phone, Origin origin);
  // Problems: 401 "members.wrong_code" {tries_left}, 401 "members.code_over" (expired, used up or
  // never sent), 429 "members.too_many_codes".
  Task<Reply<BuyerSignedIn>> sign_in_with_code(std::string phone, std::string code, SigningIn who);
  // Problems: 401 "members.token...", 404 "members.no_token_sign_in".
  Task<Reply<BuyerSignedIn>> sign_in_with_token(std::string token, SigningIn who);
  Task<Result<void>> end_session(SessionId session);
  // Problems: 400 "members.name_length", "members.name_characters"; 429 "members.too_many_names".
  Task<Reply<std::string>> rename(AccountId account, std::string name);

 private:
  std::optional<Problem> too_many(AttemptLimiter& limiter, const std::string& key, int64_t most,
                                  const char* slug);
  BuyerSession new_session(AccountId account) const;

  MembersContext& context_;
  Identities& identities_;
  SmsPort& sms_;
  AttemptLimiter codes_by_address_{std::chrono::minutes(1)};
  AttemptLimiter codes_by_phone_{std::chrono::hours(24)};
  AttemptLimiter wrong_by_address_{std::chrono::minutes(1)};
  AttemptLimiter names_by_account_{std::chrono::minutes(1)};
};

}  // namespace vitrine
