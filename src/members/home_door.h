// The way from a route to its handler: over to members' home core, or 503 while members has not started.
//
// Thread  any core.
#pragma once

#include "members/context.h"
#include "net/router.h"

namespace vitrine {

class HomeDoor {
 public:
  explicit HomeDoor(MembersContext& context) : context_(context) {}

  // Runs `handler`, a coroutine that has not started yet, on the home core.
  template <class T>
  Task<Reply<T>> enter(Task<Reply<T>> handler) {
    if (!context_.ready()) co_return Error{ErrorKind::unavailable, "members.unavailable"};
    co_return co_await on_core(context_.home, std::move(handler));
  }

 private:
  MembersContext& context_;
};

inline Origin origin_of(const Call& call) {
  return {call.request->remote, std::string(call.request->headers.get("User-Agent"))};
}

}  // namespace vitrine
