#include "media/webhook/webhook_api.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr Error kNone{ErrorKind::not_found, "webhook.none"};
constexpr std::string_view kAll = "/v1/webhooks";
constexpr std::string_view kOne = "/v1/webhooks/{webhook}";

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method,
          .path = path,
          .operation = operation,
          .tag = "webhooks",
          .summary = summary,
          .access = Access::staff,
          .right = Right::settings_write};
}

WebhookDto to_dto(const Webhook& webhook) {
  return {webhook.id, webhook.url, webhook.enabled, webhook.created.ms, std::nullopt};
}

DeliveryDto to_dto(const Delivery& delivery) {
  DeliveryDto out;
  out.delivery = delivery.id;
  out.kind = delivery.kind;
  out.stream = delivery.stream;
  out.state = delivery.state;
  out.tries = delivery.tries;
  out.status = delivery.status;
  out.error = delivery.error;
  out.created_at_ms = delivery.created.ms;
  if (delivery.state == DeliveryState::waiting) out.due_at_ms = delivery.due.ms;
  if (delivery.done) out.done_at_ms = delivery.done->ms;
  return out;
}

bool is_numeric(const std::string& host) {
  return AddressPolicy({"0.0.0.0/0", "::/0"}).allows(host);
}

}  // namespace

void WebhookApi::add_routes(Router& router) {
  RouteSpec creating = route(HttpMethod::post, kAll, "createWebhook",
                             "Have publishes told to a URL; its secret is shown only in this answer");
  creating.idempotent = true;
  creating.status = 201;
  router.add<WebhookWishDto, WebhookDto>(
      creating, [this](Call call, WebhookWishDto wish) { return create(std::move(call), std::move(wish)); });
  router.add<NoBody, WebhookListDto>(route(HttpMethod::get, kAll, "webhooks", "The URLs that are told"),
                                     [this](Call call) { return list(std::move(call)); });
  router.add<WebhookChangeDto, WebhookDto>(
      route(HttpMethod::patch, kOne, "changeWebhook",
            "Change a webhook's URL or secret, switch it on or off"),
      [this](Call call, WebhookChangeDto wish) { return change(std::move(call), std::move(wish)); });
  router.add<NoBody, NoContent>(
      route(HttpMethod::del, kOne, "removeWebhook", "Remove a webhook and what waits for it"),
      [this](Call call) { return remove(std::move(call)); });
  RouteSpec listing = route(HttpMethod::get, "/v1/webhooks/{webhook}/deliveries", "webhookDeliveries",
                            "What was delivered, waits or was given up, the newest first");
  listing.query = {{"cursor", "next of the page before"}};
  router.add<NoBody, DeliveryListDto>(listing, [this](Call call) { return deliveries(std::move(call)); });
}

std::optional<Problem> WebhookApi::fault_of(const std::string& text) const {
  const auto url = read_webhook_url(text);
  Problem problem;
  if (!url) {
    problem = {ErrorKind::invalid_input, "webhook.url",
               "The URL must begin with http:// or https:// and name a host."};
  } else if (is_numeric(url->host) && !uses_.policy().allows(url->host)) {
    // A name is looked up and held against the same rule at each delivery.
    problem = {
        ErrorKind::invalid_input, "webhook.address",
        "That address is not of the open Internet; net.private_destinations names networks of your own."};
  } else {
    return std::nullopt;
  }
  problem.field = "/url";
  return problem;
}

// `call` outlives the task. The URL is no part of the line: it may hold a secret.
Task<void> WebhookApi::note_audit(const Call* call, std::string act, WebhookId webhook) const {
  MediaActor who = media_actor(*call);
  MediaChange change{.act = std::move(act), .subject = webhook.str()};
  co_await uses_.audit.note(std::move(who), std::move(change));
}

Task<Reply<WebhookDto>> WebhookApi::create(Call call, WebhookWishDto wish) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  if (auto fault = fault_of(wish.url)) co_return *fault;
  const Webhook made{uses_.ids.next<WebhookId>(), wish.url, random_hex(uses_.random, kWebhookSecretBytes),
                     true, uses_.clock.wall()};
  const IdempotencyKey once{call.caller.staff->id.str() + " createWebhook", call.idempotency_key,
                            call.body_digest};
  WebhookStore store(*database, uses_.cipher);
  const auto added = co_await store.add(made, once);
  if (!added) co_return added.error();
  co_await note_audit(&call, "webhook.create", made.id);
  WebhookDto out = to_dto(made);
  out.secret = made.secret;
  co_return out;
}

Task<Reply<WebhookListDto>> WebhookApi::list(Call) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  WebhookStore store(*database, uses_.cipher);
  const auto found = co_await store.list();
  if (!found) co_return found.error();
  WebhookListDto out;
  for (const Webhook& webhook : *found) out.items.push_back(to_dto(webhook));
  co_return out;
}

Task<Reply<WebhookDto>> WebhookApi::change(Call call, WebhookChangeDto wish) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto id = WebhookId::parse(call.param("webhook"));
  if (!id) co_return kNone;
  if (wish.url) {
    if (auto fault = fault_of(*wish.url)) co_return *fault;
  }
  std::optional<std::string> secret;
  if (wish.new_secret.value_or(false)) secret = random_hex(uses_.random, kWebhookSecretBytes);
  WebhookStore store(*database, uses_.cipher);
  const auto changed = co_await store.change(*id, std::move(wish.url), wish.enabled, secret);
  if (!changed) co_return changed.error();
  uses_.wake();
  co_await note_audit(&call, "webhook.change", *id);
  WebhookDto out = to_dto(*changed);
  out.secret = secret;
  co_return out;
}

Task<Reply<NoContent>> WebhookApi::remove(Call call) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto id = WebhookId::parse(call.param("webhook"));
  if (!id) co_return kNone;
  WebhookStore store(*database, uses_.cipher);
  const auto removed = co_await store.remove(*id);
  if (!removed) co_return removed.error();
  co_await note_audit(&call, "webhook.remove", *id);
  co_return NoContent{};
}

Task<Reply<DeliveryListDto>> WebhookApi::deliveries(Call call) {
  constexpr int64_t kPage = 50;
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto id = WebhookId::parse(call.param("webhook"));
  if (!id) co_return kNone;
  std::optional<DeliveryId> before;
  if (const auto cursor = call.request->query_value("cursor")) {
    before = DeliveryId::parse(*cursor);
    if (!before) co_return Error{ErrorKind::invalid_input, "request.cursor"};
  }
  WebhookStore store(*database, uses_.cipher);
  const auto found = co_await store.deliveries(*id, before, kPage);
  if (!found) co_return found.error();
  DeliveryListDto out;
  for (const Delivery& delivery : *found) out.items.push_back(to_dto(delivery));
  if (found->size() == static_cast<size_t>(kPage)) out.next = found->back().id.str();
  co_return out;
}

}  // namespace vitrine
