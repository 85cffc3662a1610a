#include "media/webhook/webhook_store.h"

#include <algorithm>

#include "base/log.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr Error kNone{ErrorKind::not_found, "webhook.none"};

Webhook webhook_of(const Row& row) {
  return {row.id<WebhookId>(0), row.text(1), {}, row.integer(2) != 0, row.time(3)};
}
constexpr std::string_view kWebhookColumns = "id, url, enabled, created_ms";

std::string secret_place(WebhookId id) {
  return id.str() + " secret";
}

Result<std::string> open_secret(Transaction& transaction, const FieldCipher& cipher, WebhookId id) {
  const auto rows = transaction.query("SELECT sealed_secret FROM webhooks WHERE id = $1", id);
  if (!rows) return rows.error();
  if (rows->empty() || rows->front().is_null(0)) return kNone;
  return cipher.open(rows->front().blob(0), secret_place(id));
}

Result<void> seal_secret(Transaction& transaction, const FieldCipher& cipher, WebhookId id,
                         const std::string& secret) {
  const auto sealed = transaction.execute("UPDATE webhooks SET secret = '', sealed_secret = $1 WHERE id = $2",
                                          Blob{cipher.seal(secret, secret_place(id))}, id);
  if (!sealed) return sealed.error();
  return {};
}

DeliveryState state_of(std::string_view text) {
  constexpr auto names = enum_names(DeliveryState{});
  const auto found = std::find(names.begin(), names.end(), text);
  return found == names.end() ? DeliveryState::failed : static_cast<DeliveryState>(found - names.begin());
}

std::string name_of(DeliveryState state) {
  return std::string(enum_names(state)[static_cast<size_t>(state)]);
}

Delivery delivery_of(const Row& row) {
  Delivery out;
  out.id = row.id<DeliveryId>(0);
  out.webhook = row.id<WebhookId>(1);
  out.kind = row.text(2);
  out.stream = row.text(3);
  out.body = row.text(4);
  out.state = state_of(row.text(5));
  out.created = row.time(6);
  out.due = row.time(7);
  out.tries = row.integer(8);
  out.status = row.maybe_integer(9);
  out.error = row.maybe_text(10);
  if (const auto ms = row.maybe_integer(11)) out.done = WallTime{*ms};
  return out;
}
constexpr std::string_view kDeliveryColumns =
    "id, webhook, kind, stream, body, state, created_ms, due_ms, tries, status, error, done_ms";

Result<std::vector<Webhook>> all_webhooks(Transaction& transaction) {
  const auto rows = transaction.query(
      "SELECT " + std::string(kWebhookColumns) + " FROM webhooks WHERE shop_id = $1 ORDER BY id LIMIT $2",
      kShop, kWebhooksMax);
  if (!rows) return rows.error();
  std::vector<Webhook> out;
  for (const auto& row : *rows) out.push_back(webhook_of(row));
  return out;
}

Result<Webhook> one_webhook(Transaction& transaction, WebhookId id) {
  const auto rows =
      transaction.query("SELECT " + std::string(kWebhookColumns) + " FROM webhooks WHERE id = $1", id);
  if (!rows) return rows.error();
  return rows->empty() ? Result<Webhook>(kNone) : webhook_of(rows->at(0));
}

}  // namespace

Result<int64_t> queue_deliveries(Transaction& transaction, IdSource& ids, const std::string& kind,
                                 const std::string& stream,
                                 const std::function<std::string(DeliveryId)>& body, WallTime now) {
  const auto webhooks = all_webhooks(transaction);
  if (!webhooks) return webhooks.error();
  int64_t dropped = 0;
  for (const Webhook& webhook : *webhooks) {
    if (!webhook.enabled) continue;
    const auto waiting = transaction.query(
        "SELECT count(*) FROM webhook_deliveries WHERE webhook = $1 AND state = 'waiting'", webhook.id);
    if (!waiting) return waiting.error();
    if (waiting->at(0).integer(0) >= kDeliveriesWaitingMax) {
      ++dropped;
      continue;
    }
    const auto id = ids.next<DeliveryId>();
    const auto written = transaction.execute(
        "INSERT INTO webhook_deliveries (id, shop_id, webhook, kind, stream, body, state, created_ms, "
        "due_ms, "
        "tries) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7, 0)",
        id, kShop, webhook.id, kind, stream, body(id), now);
    if (!written) return written.error();
  }
  return dropped;
}

Result<void> seal_plain_secrets(Transaction& transaction, const FieldCipher& cipher) {
  const auto rows = transaction.query("SELECT id, secret FROM webhooks WHERE sealed_secret IS NULL");
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    if (auto sealed = seal_secret(transaction, cipher, row.id<WebhookId>(0), row.text(1)); !sealed)
      return sealed;
  }
  return {};
}

Task<Result<void>> WebhookStore::add(Webhook made, std::optional<IdempotencyKey> once) {
  auto work = [&cipher = cipher_, made = std::move(made),
               once = std::move(once)](Transaction& transaction) -> Result<void> {
    if (once) {
      const auto before = find_effect(transaction, *once);
      if (!before) return before.error();
      if (*before) return Error{ErrorKind::conflict, "webhook.secret_shown_once"};
    }
    const auto counted = transaction.query("SELECT count(*) FROM webhooks WHERE shop_id = $1", kShop);
    if (!counted) return counted.error();
    if (counted->at(0).integer(0) >= kWebhooksMax) return Error{ErrorKind::exhausted, "webhook.too_many"};
    const auto written = transaction.execute(
        "INSERT INTO webhooks (id, shop_id, url, secret, enabled, created_ms) VALUES ($1, $2, $3, '', $4, "
        "$5)",
        made.id, kShop, made.url, made.enabled, made.created);
    if (!written) return written.error();
    if (auto sealed = seal_secret(transaction, cipher, made.id, made.secret); !sealed) return sealed;
    return once ? record_effect(transaction, *once, made.id.value, made.created) : Result<void>();
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<std::vector<Webhook>>> WebhookStore::list() {
  co_return co_await database_.read(all_webhooks);
}

Task<Result<Webhook>> WebhookStore::change(WebhookId id, std::optional<std::string> url,
                                           std::optional<bool> enabled, std::optional<std::string> secret) {
  auto work = [&cipher = cipher_, id, url = std::move(url), enabled,
               secret = std::move(secret)](Transaction& transaction) -> Result<Webhook> {
    auto webhook = one_webhook(transaction, id);
    if (!webhook) return webhook;
    if (url) webhook->url = *url;
    if (enabled) webhook->enabled = *enabled;
    const auto written = transaction.execute("UPDATE webhooks SET url = $1, enabled = $2 WHERE id = $3",
                                             webhook->url, webhook->enabled, id);
    if (!written) return written.error();
    if (!secret) return webhook;
    if (auto sealed = seal_secret(transaction, cipher, id, *secret); !sealed) return sealed.error();
    return webhook;
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<void>> WebhookStore::remove(WebhookId id) {
  auto work = [id](Transaction& transaction) -> Result<void> {
    const auto removed = transaction.execute("DELETE FROM webhooks WHERE id = $1", id);
    if (!removed) return removed.error();
    if (*removed == 0) return kNone;
    const auto emptied = transaction.execute("DELETE FROM webhook_deliveries WHERE webhook = $1", id);
    return emptied ? Result<void>() : Result<void>(emptied.error());
  };
  co_return co_await database_.write(std::move(work));
}

Task<Result<std::vector<Delivery>>> WebhookStore::deliveries(WebhookId webhook,
                                                             std::optional<DeliveryId> before,
                                                             int64_t limit) {
  const int64_t below = before ? before->value : std::numeric_limits<int64_t>::max();
  auto work = [webhook, below, limit](Transaction& transaction) -> Result<std::vector<Delivery>> {
    if (auto known = one_webhook(transaction, webhook); !known) return known.error();
    const auto rows =
        transaction.query("SELECT " + std::string(kDeliveryColumns) +
                              " FROM webhook_deliveries WHERE webhook = $1 AND id < $2 ORDER BY id "
                              "DESC LIMIT $3",
                          webhook, below, limit);
    if (!rows) return rows.error();
    std::vector<Delivery> out;
    for (const auto& row : *rows) out.push_back(delivery_of(row));
    return out;
  };
  co_return co_await database_.read(std::move(work));
}

Task<Result<WebhookStore::Due>> WebhookStore::due(std::vector<WebhookId> busy, WallTime now) {
  auto work = [&cipher = cipher_, busy = std::move(busy), now](Transaction& transaction) -> Result<Due> {
    auto webhooks = all_webhooks(transaction);
    if (!webhooks) return webhooks.error();
    Due out;
    for (Webhook& webhook : *webhooks) {
      if (!webhook.enabled || std::find(busy.begin(), busy.end(), webhook.id) != busy.end()) continue;
      const auto rows =
          transaction.query("SELECT " + std::string(kDeliveryColumns) +
                                " FROM webhook_deliveries WHERE webhook = $1 AND state = 'waiting' "
                                "ORDER BY due_ms, id LIMIT 1",
                            webhook.id);
      if (!rows) return rows.error();
      if (rows->empty()) continue;
      Delivery delivery = delivery_of(rows->at(0));
      if (delivery.due > now) {
        out.next = std::min(out.next.value_or(delivery.due), delivery.due);
        continue;
      }
      auto secret = open_secret(transaction, cipher, webhook.id);
      if (!secret) {
        log_error("webhook.secret_not_opened",
                  {{"webhook", webhook.id.str()}, {"reason", secret.error().reason}});
        continue;
      }
      webhook.secret = std::move(*secret);
      out.now.emplace_back(std::move(webhook), std::move(delivery));
    }
    return out;
  };
  co_return co_await database_.read(std::move(work));
}

Task<Result<void>> WebhookStore::finish(Delivery delivery, DeliveryOutcome outcome, WallTime now) {
  auto work = [delivery = std::move(delivery), outcome = std::move(outcome),
               now](Transaction& transaction) -> Result<void> {
    const int64_t tries = delivery.tries + 1;
    DeliveryState state = DeliveryState::waiting;
    if (outcome.delivered())
      state = DeliveryState::delivered;
    else if (now - delivery.created >= kDeliveryGivenUp)
      state = DeliveryState::failed;
    const bool waits = state == DeliveryState::waiting;
    const auto written = transaction.execute(
        "UPDATE webhook_deliveries SET state = $1, tries = $2, status = $3, error = $4, due_ms = $5, done_ms "
        "= "
        "$6 WHERE id = $7",
        name_of(state), tries, outcome.status, outcome.error, now + delivery_back_off(tries),
        waits ? std::optional<WallTime>() : std::optional(now), delivery.id);
    if (!written) return written.error();
    if (waits) return {};
    const auto pruned = transaction.execute(
        "DELETE FROM webhook_deliveries WHERE webhook = $1 AND state <> 'waiting' AND id NOT IN (SELECT id "
        "FROM "
        "webhook_deliveries WHERE webhook = $1 AND state <> 'waiting' ORDER BY id DESC LIMIT $2)",
        delivery.webhook, kDeliveriesKept);
    return pruned ? Result<void>() : Result<void>(pruned.error());
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace vitrine
