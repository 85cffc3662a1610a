// Joins an engine's writer and readers into a Database.
//
// Owns    both.
// Thread  any.
// Never   runs a closure on the caller's core.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "runtime/blocking_queue.h"
#include "store/request.h"

namespace vitrine {

template <class Writer, class Readers>
class EngineDatabase final : public Database {
 public:
  EngineDatabase(std::string name, std::unique_ptr<Writer> writer, std::unique_ptr<Readers> readers)
      : name_(std::move(name)), writer_(std::move(writer)), readers_(std::move(readers)) {}
  ~EngineDatabase() override { close(); }

  std::optional<Error> health() const override { return writer_->health(); }
  const std::string& name() const override { return name_; }
  void on_outbox(std::function<void()> wake) override { writer_->on_outbox(std::move(wake)); }
  // Readers first: the connection closed last is the writer's (SQLite's checkpoints then).
  void close() override {
    readers_->close();
    writer_->close();
  }

 protected:
  Task<Result<void>> submit(Door door, std::shared_ptr<Job> job) override {
    co_return co_await answer_of(door, {.job = std::move(job), .owner = nullptr, .item = {}, .answer = {}});
  }
  Task<Result<void>> submit_batch(BatchOwner& owner, std::shared_ptr<BatchItem> item) override {
    co_return co_await answer_of(Door::write,
                                 {.job = {}, .owner = &owner, .item = std::move(item), .answer = {}});
  }

 private:
  Task<Result<void>> answer_of(Door door, StoreRequest request) {
    auto initiate = [this, door, request = std::move(request)](auto handler) mutable {
      auto executor = boost::asio::get_associated_executor(handler);
      auto guard = boost::asio::make_work_guard(executor);
      request.answer = [handler = std::move(handler),
                        guard = std::move(guard)](Result<void> outcome) mutable {
        const auto to = guard.get_executor();
        auto resume = [handler = std::move(handler), outcome]() mutable { std::move(handler)(outcome); };
        boost::asio::post(to, std::move(resume));
      };
      enqueue(door, std::move(request));
    };
    auto pending = boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<void>)>(
        std::move(initiate), boost::asio::use_awaitable);
    co_return co_await std::move(pending);
  }
  void enqueue(Door door, StoreRequest request) {
    const Pushed pushed = door == Door::write ? writer_->push(request) : readers_->push(request);
    if (pushed == Pushed::full) request.answer(Error{ErrorKind::exhausted, "store.queue_full"});
    if (pushed == Pushed::closed) request.answer(Error{ErrorKind::unavailable, "store.closed"});
  }

  std::string name_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Readers> readers_;
};

}  // namespace vitrine
