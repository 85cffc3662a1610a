#include "runtime/stop_gate.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace vitrine {

struct StopGate::State {
  int inside = 0;
  bool closed = false;
  boost::asio::steady_timer* waiter = nullptr;  // on the frame of the close() that waits
};

StopGate::Pass::Pass(std::shared_ptr<State> state) : state_(std::move(state)) {
  ++state_->inside;
}

StopGate::Pass::~Pass() {
  if (!state_) return;
  if (--state_->inside == 0 && state_->waiter != nullptr) state_->waiter->cancel();
}

StopGate::StopGate() : state_(std::make_shared<State>()) {}

std::optional<StopGate::Pass> StopGate::enter() {
  if (state_->closed) return std::nullopt;
  return Pass(state_);
}

bool StopGate::closed() const {
  return state_->closed;
}

int StopGate::inside() const {
  return state_->inside;
}

Task<bool> StopGate::close(Milliseconds time) {
  const std::shared_ptr<State> state = state_;
  state->closed = true;
  if (state->inside == 0) co_return true;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  state->waiter = &timer;
  boost::system::error_code ignored;
  co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  state->waiter = nullptr;
  co_return state->inside == 0;
}

}  // namespace vitrine
