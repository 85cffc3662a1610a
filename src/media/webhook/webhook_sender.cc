#include "media/webhook/webhook_sender.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/log.h"
#include "runtime/stop_gate.h"

namespace vitrine {
namespace {

constexpr Milliseconds kLookAtLeast{5'000};  // finds what a lost wake-up left
constexpr Milliseconds kLeave{500};
constexpr size_t kFileThreads = 1;
constexpr size_t kFilesMax = 64;

}  // namespace

struct WebhookSender::State {
  explicit State(Uses u)
      : uses(std::move(u)),
        store(uses.database, uses.cipher),
        files(kFileThreads, kFilesMax, Error{ErrorKind::exhausted, "webhook.files"}),
        post({uses.hosts, files, uses.policy}),
        timer(uses.home.io()) {}

  void count(const DeliveryOutcome& outcome) {
    const std::string name = outcome.delivered() ? "delivered" : outcome.status ? "refused" : "unreachable";
    add(counter(uses.metrics, "vitrine_webhook_tries_total", "requests to webhooks, by what came of them",
                {{"outcome", name}}));
  }

  Uses uses;
  WebhookStore store;
  BlockingPool files;
  WebhookPost post;
  boost::asio::steady_timer timer;
  std::vector<WebhookId> busy;
  bool woken = false;
  bool closed = false;
  StopGate gate;
};

WebhookSender::WebhookSender(Uses uses) : state_(std::make_shared<State>(std::move(uses))) {}
WebhookSender::~WebhookSender() = default;

void WebhookSender::start() {
  state_->uses.home.spawn(run(state_));
}

void WebhookSender::wake() {
  state_->uses.home.post([state = state_] {
    state->woken = true;
    state->timer.cancel();
  });
}

Task<void> WebhookSender::close() {
  state_->closed = true;
  state_->timer.cancel();
  co_await state_->gate.close(kLeave);
}

Task<void> WebhookSender::run(std::shared_ptr<State> state) {
  const auto pass = state->gate.enter();
  while (pass && !state->closed) {
    state->woken = false;
    const auto due = co_await state->store.due(state->busy, state->uses.clock.wall());
    if (state->closed) co_return;
    Milliseconds wait = kLookAtLeast;
    if (due) {
      for (const auto& [webhook, delivery] : due->now) {
        state->busy.push_back(webhook.id);
        state->uses.home.spawn(deliver(state, webhook, delivery));
      }
      if (due->next) wait = std::min(wait, *due->next - state->uses.clock.wall());
    }
    if (state->woken) continue;
    boost::system::error_code ended;
    state->timer.expires_after(std::max(wait, Milliseconds(1)));
    co_await state->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
  }
}

Task<void> WebhookSender::deliver(std::shared_ptr<State> state, Webhook webhook, Delivery delivery) {
  const auto pass = state->gate.enter();
  if (!pass) co_return;
  const WebhookId id = webhook.id;
  DeliveryOutcome outcome = co_await state->post.post(webhook, delivery, state->uses.clock.wall());
  if (state->closed) co_return;  // it is tried again after the next start
  state->count(outcome);
  if (!outcome.delivered()) {
    log_warn("webhook.not_delivered", {{"webhook", id.str()},
                                       {"delivery", delivery.id.str()},
                                       {"status", outcome.status.value_or(0)},
                                       {"why", outcome.error.value_or("")}});
  }
  const auto kept =
      co_await state->store.finish(std::move(delivery), std::move(outcome), state->uses.clock.wall());
  if (!kept) log_error("webhook.not_recorded", {{"why", kept.error().reason}});
  std::erase(state->busy, id);
  state->woken = true;
  state->timer.cancel();
}

}  // namespace vitrine
