// A core: one thread, one event loop. An object lives on its home core and is made, used and
// destroyed there; cores talk by post() of a moved value.
//
// Owns    the loop and its thread, and this core's configuration snapshot.
// Thread  post(), spawn() and index() from any thread; everything else from the core itself.
// Never   runs anything that blocks: that goes to a BlockingPool.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/config.h"
#include "runtime/task.h"

namespace vitrine {

class Core {
 public:
  explicit Core(int index);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  int index() const { return index_; }
  boost::asio::io_context& io() { return io_; }
  bool here() const { return current() == this; }
  // The core whose loop is running this code; null on other threads.
  static Core* current();

  // Runs `work` on this core's loop, in posting order.
  template <class F>
  void post(F work) {
    boost::asio::post(io_, std::move(work));
  }
  // Starts a task on this core; an exception that leaves it is logged and ends that task only.
  void spawn(Task<void> task);

  // This core's configuration: one immutable snapshot, valid until the handler yields; a reload posts
  // a new one. Called on the core (or before start).
  const Config& config() const { return *config_; }
  void set_config(std::shared_ptr<const Config> config) { config_ = std::move(config); }

  // Room to receive into, for bytes that are used up before the handler yields: one for all connections, so
  // that it stays in the processor's cache.
  std::span<uint8_t> read_buffer() { return read_buffer_; }

  void run();   // the thread's body: returns after stop()
  void stop();  // from any thread

 private:
  int index_;
  boost::asio::io_context io_{1};
  std::shared_ptr<const Config> config_;
  std::vector<uint8_t> read_buffer_ = std::vector<uint8_t>(65'536);
};

// Opens every public method of an object that lives on one core.
class HomeCore {
 public:
  explicit HomeCore(Core& core) : core_(core) {}
  Core& core() const { return core_; }
  void check_here() const { check(core_.here(), "used away from its home core"); }

 private:
  Core& core_;
};

// All cores of the process.
class Cores {
 public:
  explicit Cores(int count);
  ~Cores();

  int count() const { return static_cast<int>(cores_.size()); }
  Core& at(int index) { return *cores_[static_cast<size_t>(index)]; }
  // The home core of a stream or room: by hash of its name, equal for equal names.
  Core& home_of(std::string_view name);

  void start();  // one thread a core
  void stop();   // stops the loops and joins the threads
  bool running() const { return !threads_.empty(); }

 private:
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<std::thread> threads_;
};

// Runs `task` on `executor` and resumes the caller on its own with the answer. (co_spawn itself wants
// an answer that can be default-constructed, which a Result cannot.)
template <class Executor, class T>
Task<T> on_executor(Executor executor, Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    co_await boost::asio::co_spawn(executor, std::move(task), boost::asio::use_awaitable);
  } else {
    auto answer = std::make_shared<std::optional<T>>();
    auto keep = [](Task<T> inner, std::shared_ptr<std::optional<T>> out) -> Task<void> {
      out->emplace(co_await std::move(inner));
    };
    Task<void> kept = keep(std::move(task), answer);
    co_await boost::asio::co_spawn(executor, std::move(kept), boost::asio::use_awaitable);
    co_return std::move(**answer);
  }
}

// Runs `task` on `core` and resumes the caller on its own core with the answer.
template <class T>
Task<T> on_core(Core& core, Task<T> task) {
  if (core.here()) co_return co_await std::move(task);
  co_return co_await on_executor(core.io().get_executor(), std::move(task));
}

}  // namespace vitrine
