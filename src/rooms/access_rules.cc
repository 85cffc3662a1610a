#include "rooms/access_rules.h"

namespace vitrine {
namespace {

EntryState asked_for(const AccessRules& rules, const EntryFacts& facts) {
  switch (rules.mode) {
    case AccessMode::open:
      return EntryState::inside;
    case AccessMode::password:
      return EntryState::needs_password;
    case AccessMode::invite:
      return EntryState::needs_invite;
    case AccessMode::members:
      return facts.signed_in ? EntryState::needs_tier : EntryState::needs_sign_in;
    case AccessMode::ticket:
      return EntryState::needs_ticket;
    case AccessMode::bought:
      return EntryState::needs_purchase;
    case AccessMode::token:
      return EntryState::needs_token;
  }
  return EntryState::needs_token;
}

}  // namespace

bool same_terms(const AccessRules& one, const AccessRules& other) {
  return one.mode == other.mode && one.password == other.password && one.tier == other.tier &&
         one.product == other.product && one.token == other.token;
}

EntryDecision decide_entry(const AccessRules& rules, const EntryFacts& facts, WallTime now) {
  if (rules.mode == AccessMode::open || facts.helps) return {};
  if (rules.mode == AccessMode::members && rules.tier == 0 && facts.signed_in) return {};
  const bool passes = facts.pass && facts.pass->version == rules.version &&
                      (facts.pass->until.ms == 0 || facts.pass->until > now);
  if (passes) return {.state = EntryState::inside, .until = facts.pass->until};
  if (rules.trial_minutes > 0 && facts.trial_until) {
    if (*facts.trial_until > now) return {.state = EntryState::trial, .until = *facts.trial_until};
    return {.state = EntryState::trial_over};
  }
  return {.state = asked_for(rules, facts)};
}

}  // namespace vitrine
