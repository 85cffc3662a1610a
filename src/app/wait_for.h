// Runs a task on a core and waits for its answer: for the main thread, which has no loop.
//
// Thread  never a core: it would wait for itself.
#pragma once

#include <boost/asio/use_future.hpp>
#include <optional>

#include "runtime/core.h"

namespace vitrine {

namespace wait_for_detail {
// A promise needs a value it can make from nothing; a Result cannot be.
template <class T>
Task<std::optional<T>> as_optional(Task<T> task) {
  co_return std::optional<T>(co_await std::move(task));
}
}  // namespace wait_for_detail

template <class T>
T wait_for(Cores& cores, Task<T> task) {
  check(Core::current() == nullptr, "a core may not wait");
  return *boost::asio::co_spawn(cores.at(0).io(), wait_for_detail::as_optional(std::move(task)),
                                boost::asio::use_future)
              .get();
}

}  // namespace vitrine
