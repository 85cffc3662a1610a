// One try to deliver: look the host up, check the address, connect, send the request, read the status.
//
// Owns    nothing between calls.
// Thread  post() on a core.
// Never   connects to an address the policy refuses, follows a redirect, or reads more of an answer than its
//         first line.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "media/webhook/webhook_store.h"
#include "net/address_policy.h"
#include "net/host_lookup.h"
#include "runtime/blocking_pool.h"
#include "runtime/tcp.h"
#include "runtime/tls_context.h"

namespace vitrine {

class WebhookPost {
 public:
  struct Uses {
    HostLookups& hosts;
    BlockingPool& blocking;                 // for authorities' certificates
    std::function<AddressPolicy()> policy;  // called on the core of post()
  };
  explicit WebhookPost(Uses uses) : uses_(std::move(uses)) {}

  // Takes at most about kDeliveryTime. `now` is what the signature says. An outcome's error is one of
  // "webhook.name" (nobody knows the host), "webhook.address" (not allowed), "webhook.answer" (not HTTP), or
  // why the connection failed.
  Task<DeliveryOutcome> post(Webhook webhook, Delivery delivery, WallTime now);

 private:
  Task<Result<int64_t>> try_post(Webhook webhook, Delivery delivery, WallTime now);
  Task<Result<std::string>> find_address(std::string host, Milliseconds time);
  Task<Result<void>> secure(TcpSocket* socket, std::string host, Milliseconds time);

  Uses uses_;
  std::shared_ptr<const TlsContext> tls_;  // made when the first https URL is called
};

}  // namespace vitrine
