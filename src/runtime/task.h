// Task<T>: an Asio coroutine. Its parameters are taken by value; work passed into a co_await is a
// named object, never a capturing lambda or a temporary aggregate (docs/decisions/0001).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/clock.h"

namespace vitrine {

template <class T>
using Task = boost::asio::awaitable<T>;

// Waits without holding the core. Ends early, silently, when the core stops.
Task<void> sleep_for(Milliseconds time);

// Lets everything else that is ready on this core run first.
Task<void> yield_core();

}  // namespace vitrine
