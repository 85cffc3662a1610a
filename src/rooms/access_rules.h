// Who may watch a room: the pure decision that the door, the socket and the picture share, and a recording's
// page will.
//
//   sanctioned -> kicked | banned          signed out meanwhile -> signed_out
//   a helper, an open room, or a pass -> inside
//   nothing of these -> trial while it lasts, then trial_over; without a trial, what is asked for (needs_...)
//
// Thread  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "contract/proofs.h"

namespace vitrine {

enum class AccessMode : uint8_t {
  open,
  password,
  invite,
  members,  // who has signed in, or staff gave a tier
  ticket,   // who has paid for the room's ticket: a product made for it
  bought,   // who has paid for a product
  token,    // who brings a token signed by the merchant's own site
};
constexpr std::array<std::string_view, 7> enum_names(AccessMode) {
  return {"open", "password", "invite", "members", "ticket", "bought", "token"};
}
inline constexpr int64_t kTierMax = 9;

// What staff set for one room. Any change but the trial's raises the version, which ends all passes.
struct AccessRules {
  AccessMode mode = AccessMode::open;
  std::string password{};  // argon2id, encoded; only of mode password
  int64_t tier = 0;        // of mode members: this one or a higher; 0: whoever has signed in
  ProductId product{};     // of the modes ticket and bought
  TokenTerms token{};      // of mode token
  int64_t trial_minutes = 0;
  int64_t version = 0;
};
// Whether both let in the same viewers.
bool same_terms(const AccessRules& one, const AccessRules& other);

// That a viewer has shown what the room asks for.
struct Pass {
  int64_t version = 0;   // of the rules it was given under
  std::string source{};  // "password", "invite:CODE", "token", "tier", "order:ord_..."
  WallTime until{};      // 0: as long as the rules stand
};

enum class EntryState : uint8_t {
  inside,
  trial,
  trial_over,
  needs_password,
  needs_invite,
  needs_sign_in,
  needs_tier,
  needs_ticket,
  needs_purchase,
  needs_token,
  signed_out,
  kicked,
  banned,
  practice,  // staff rehearse
};
constexpr std::array<std::string_view, 14> enum_names(EntryState) {
  return {"inside",        "trial",      "trial_over",   "needs_password", "needs_invite",
          "needs_sign_in", "needs_tier", "needs_ticket", "needs_purchase", "needs_token",
          "signed_out",    "kicked",     "banned",       "practice"};
}
inline std::string_view name_of(EntryState state) {
  return enum_names(state)[static_cast<size_t>(state)];
}

struct EntryFacts {
  bool helps = false;      // staff, or has a role in the room
  bool signed_in = false;  // a buyer's account
  std::optional<Pass> pass{};
  std::optional<WallTime> trial_until{};
};

struct EntryDecision {
  EntryState state = EntryState::inside;
  WallTime until{};      // when the state ends by itself; 0: it does not
  std::string reason{};  // of a kick or ban, in the words of staff
  bool lets_in() const { return state == EntryState::inside || state == EntryState::trial; }
};

EntryDecision decide_entry(const AccessRules& rules, const EntryFacts& facts, WallTime now);

}  // namespace vitrine
