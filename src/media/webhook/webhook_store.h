// Webhooks and what is to be delivered to them, as rows: a delivery is on disk before it is first tried, so
// a crash costs a repetition and never an event.
//
//   waiting --2xx--> delivered
//      |  ^--anything else: due again after delivery_back_off()
//      +--kDeliveryGivenUp after it was made--> failed
//
// A secret is needed as it was made, to sign, and is kept sealed (store/field_cipher.h); only due() opens it.
//
// Owns    the tables webhooks and webhook_deliveries of the media module's database.
// Thread  any core; the free functions inside a transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "media/webhook/webhook.h"
#include "store/database.h"
#include "store/field_cipher.h"
#include "store/idempotency.h"

namespace vitrine {

inline constexpr std::string_view kWebhookTables = R"sql(
CREATE TABLE webhooks (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL,
  enabled BIGINT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE webhook_deliveries (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, webhook BIGINT NOT NULL, kind TEXT NOT NULL,
  stream TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, created_ms BIGINT NOT NULL,
  due_ms BIGINT NOT NULL, tries BIGINT NOT NULL, status BIGINT, error TEXT, done_ms BIGINT);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_ms) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_of ON webhook_deliveries (webhook, state, id);
)sql";

// `secret` is empty from then on; seal_plain_secrets() moves what is in it.
inline constexpr std::string_view kWebhookSecretsSealed = R"sql(
ALTER TABLE webhooks ADD COLUMN sealed_secret BLOB;
)sql";

struct Webhook {
  WebhookId id;
  std::string url;
  std::string secret;  // hexadecimal; signs requests. Empty but where it is made and where it is used
  bool enabled = true;
  WallTime created;
};

enum class DeliveryState : uint8_t { waiting, delivered, failed };
constexpr std::array<std::string_view, 3> enum_names(DeliveryState) {
  return {"waiting", "delivered", "failed"};
}

struct Delivery {
  DeliveryId id;
  WebhookId webhook;
  std::string kind;
  std::string stream;
  std::string body;
  DeliveryState state = DeliveryState::waiting;
  WallTime created;
  WallTime due;
  int64_t tries = 0;
  std::optional<int64_t> status;     // of the last answer
  std::optional<std::string> error;  // why there was none
  std::optional<WallTime> done;
};

// What came of a try.
struct DeliveryOutcome {
  std::optional<int64_t> status;
  std::optional<std::string> error;
  bool delivered() const { return status && *status >= 200 && *status < 300; }
};

// An event for everybody who wants to hear: one waiting row for each enabled webhook. `body` is made for each
// delivery from its id. Answers how many rows were not written because kDeliveriesWaitingMax wait already.
Result<int64_t> queue_deliveries(Transaction& transaction, IdSource& ids, const std::string& kind,
                                 const std::string& stream,
                                 const std::function<std::string(DeliveryId)>& body, WallTime now);

// Once, at a start with rows of a version that did not seal.
Result<void> seal_plain_secrets(Transaction& transaction, const FieldCipher& cipher);

class WebhookStore {
 public:
  // Both outlive it; `cipher` is loaded.
  WebhookStore(Database& database, const FieldCipher& cipher) : database_(database), cipher_(cipher) {}

  // Errors: `exhausted` "webhook.too_many".
  Task<Result<void>> add(Webhook made, std::optional<IdempotencyKey> once);
  Task<Result<std::vector<Webhook>>> list();
  // Errors: `not_found` "webhook.none". A disabled webhook keeps what waits and is sent nothing.
  Task<Result<Webhook>> change(WebhookId id, std::optional<std::string> url, std::optional<bool> enabled,
                               std::optional<std::string> secret);
  // With everything that waits for it.
  Task<Result<void>> remove(WebhookId id);

  // The newest first. Errors: `not_found` "webhook.none".
  Task<Result<std::vector<Delivery>>> deliveries(WebhookId webhook, std::optional<DeliveryId> before,
                                                 int64_t limit);

  // What is due, at most one for each enabled webhook that is not in `busy`, and when the next is due. One
  // whose secret cannot be opened is sent nothing, and said so in the log.
  struct Due {
    std::vector<std::pair<Webhook, Delivery>> now;
    std::optional<WallTime> next;
  };
  Task<Result<Due>> due(std::vector<WebhookId> busy, WallTime now);
  Task<Result<void>> finish(Delivery delivery, DeliveryOutcome outcome, WallTime now);

 private:
  Database& database_;
  const FieldCipher& cipher_;
};

}  // namespace vitrine
