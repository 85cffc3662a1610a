#include "runtime/core.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>

#include "base/log.h"

namespace vitrine {
namespace {

thread_local Core* current_core = nullptr;

}  // namespace

Task<void> sleep_for(Milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

Task<void> yield_core() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

Core::Core(int index) : index_(index) {}

Core* Core::current() {
  return current_core;
}

void Core::spawn(Task<void> task) {
  boost::asio::co_spawn(io_, std::move(task), [](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log_error("runtime.task_failed", {{"what", error.what()}});
    } catch (...) {
      log_error("runtime.task_failed", {{"what", "not a std::exception"}});
    }
  });
}

void Core::run() {
  current_core = this;
  const auto guard = boost::asio::make_work_guard(io_);
  io_.run();
  current_core = nullptr;
}

void Core::stop() {
  io_.stop();
}

Cores::Cores(int count) {
  check(count > 0, "a process needs a core");
  for (int index = 0; index < count; ++index) cores_.push_back(std::make_unique<Core>(index));
}

Cores::~Cores() {
  stop();
}

Core& Cores::home_of(std::string_view name) {
  return *cores_[std::hash<std::string_view>{}(name) % cores_.size()];
}

void Cores::start() {
  for (auto& core : cores_) threads_.emplace_back([&core] { core->run(); });
}

void Cores::stop() {
  for (auto& core : cores_) core->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace vitrine
