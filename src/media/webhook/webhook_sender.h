// Delivers what waits in the store: to every webhook one request at a time, to different webhooks side by
// side, so that a slow receiver delays nobody else's.
//
// Owns    the loop, the requests under way, and the pool that reads certificates.
// Thread  start() and close() on the home core; wake() from any.
// Never   is waited for by a publisher or a viewer.
#pragma once

#include <functional>
#include <memory>

#include "media/webhook/webhook_post.h"
#include "runtime/core.h"
#include "runtime/metrics.h"

namespace vitrine {

class WebhookSender {
 public:
  struct Uses {
    Core& home;
    Database& database;
    const FieldCipher& cipher;  // loaded
    const Clock& clock;
    prometheus::Registry& metrics;
    HostLookups& hosts;
    std::function<AddressPolicy()> policy;  // called on the home core
  };
  explicit WebhookSender(Uses uses);
  ~WebhookSender();

  void start();
  // Something was queued.
  void wake();
  // Begins nothing more; what is under way gets a moment, and is tried again after the next start.
  Task<void> close();

 private:
  struct State;
  static Task<void> run(std::shared_ptr<State> state);
  static Task<void> deliver(std::shared_ptr<State> state, Webhook webhook, Delivery delivery);

  std::shared_ptr<State> state_;  // shared with what is under way
};

}  // namespace vitrine
