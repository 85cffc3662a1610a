// A call's idempotency key in its scope (SHOP-RULES 17): shop, who asks, and for what.
#pragma once

#include <string>
#include <string_view>

#include "net/router.h"
#include "store/idempotency.h"

namespace vitrine {

inline IdempotencyKey staff_key(const Call& call, std::string_view operation) {
  const std::string who = call.caller.staff ? call.caller.staff->id.str() : std::string("nobody");
  return {who + " " + std::string(operation), call.idempotency_key, call.body_digest};
}
inline IdempotencyKey viewer_key(const Call& call, std::string_view operation) {
  return {call.caller.viewer_id() + " " + std::string(operation), call.idempotency_key, call.body_digest};
}
// Who did it, for rows that say so: "usr_..."; "nobody" when no staff is signed in.
inline std::string staff_name(const Call& call) {
  return call.caller.staff ? call.caller.staff->id.str() : std::string("nobody");
}

// What a creating step answers: the effect's id and whether an earlier call had made it.
template <class T>
struct Made {
  T id;
  bool replayed = false;
};

}  // namespace vitrine
