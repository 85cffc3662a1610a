// Runs a task on a core from the test's own thread and waits for its answer.
//
//   Cores cores(1);
//   cores.start();
//   const auto got = run_on(cores.at(0), read_greeting(...));
#pragma once

#include <boost/asio/use_future.hpp>
#include <future>

#include "runtime/core.h"
#include "runtime/task.h"

namespace vitrine {

// A task under way: get() waits for its answer and passes its exception on.
template <class T>
class Begun {
 public:
  using Boxed = std::conditional_t<std::is_void_v<T>, void, std::shared_ptr<std::optional<T>>>;
  explicit Begun(std::future<Boxed> answer) : answer_(std::move(answer)) {}
  T get() {
    if constexpr (std::is_void_v<T>)
      answer_.get();
    else
      return std::move(**answer_.get());
  }

 private:
  std::future<Boxed> answer_;
};

// Starts a task on a core without waiting for it.
template <class T>
Begun<T> begin_on(Core& core, Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    return Begun<T>(boost::asio::co_spawn(core.io(), std::move(task), boost::asio::use_future));
  } else {
    // co_spawn wants an answer that can be made from nothing, which a Result cannot.
    auto box = [](Task<T> inner) -> Task<typename Begun<T>::Boxed> {
      co_return std::make_shared<std::optional<T>>(co_await std::move(inner));
    };
    return Begun<T>(boost::asio::co_spawn(core.io(), box(std::move(task)), boost::asio::use_future));
  }
}

template <class T>
T run_on(Core& core, Task<T> task) {
  return begin_on(core, std::move(task)).get();
}

}  // namespace vitrine
