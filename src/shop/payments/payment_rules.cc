#include "shop/payments/payment_rules.h"

#include <algorithm>

namespace vitrine {

bool is_open(AttemptState state) {
  switch (state) {
    case AttemptState::created:
    case AttemptState::prepaid:
    case AttemptState::paying:
    case AttemptState::unknown:
      return true;
    case AttemptState::succeeded:
    case AttemptState::closed:
    case AttemptState::failed:
      return false;
  }
  return false;
}

bool may_follow(AttemptState from, AttemptState to) {
  if (from == to || to == AttemptState::created) return false;
  if (from == AttemptState::succeeded) return false;
  if (from == AttemptState::closed || from == AttemptState::failed) return to == AttemptState::succeeded;
  if (to == AttemptState::prepaid) return from == AttemptState::created;
  return true;
}

Milliseconds poll_pause(int64_t polls) {
  using namespace std::chrono_literals;
  constexpr std::array<Milliseconds, 5> pauses{5s, 15s, 60s, 300s, 600s};
  return pauses[static_cast<size_t>(std::clamp<int64_t>(polls, 0, pauses.size() - 1))];
}

}  // namespace vitrine
