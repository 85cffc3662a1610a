// A few threads for work that blocks or burns a core (files, password hashing), with a limit on what
// may wait.
//
// Owns    its threads.
// Thread  run() from any core; the work runs on one of the pool's threads and its answer comes back
//         on the caller's core.
// Never   queues past its limit: over it the answer is the `full` Error at once and nothing runs.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <type_traits>

#include "base/result.h"
#include "runtime/core.h"

namespace vitrine {

class BlockingPool {
 public:
  // `inside_max` counts what runs and what waits; `full` is the answer over it.
  BlockingPool(size_t threads, size_t inside_max, Error full)
      : pool_(threads), inside_max_(inside_max), full_(full) {}
  // Waits for what is inside.
  ~BlockingPool() { pool_.join(); }

  // Runs `work` (() -> Result<T>) and answers its Result.
  template <class Work>
  auto run(Work work) -> Task<std::invoke_result_t<Work&>> {
    const Ticket ticket(inside_, inside_max_);
    if (!ticket.admitted) co_return full_;
    auto task = call(std::move(work));
    co_return co_await on_executor(pool_.get_executor(), std::move(task));
  }
  // What runs and what waits now.
  size_t inside() const { return *inside_; }

 private:
  struct Ticket {
    Ticket(std::shared_ptr<std::atomic<size_t>> c, size_t max)
        : count(std::move(c)), admitted(++*count <= max) {}
    ~Ticket() { --*count; }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    std::shared_ptr<std::atomic<size_t>> count;  // outlives the pool: callers resume after join()
    bool admitted;
  };
  template <class Work>
  static auto call(Work work) -> Task<std::invoke_result_t<Work&>> {
    co_return work();
  }

  boost::asio::thread_pool pool_;
  size_t inside_max_;
  Error full_;
  std::shared_ptr<std::atomic<size_t>> inside_ = std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace vitrine
