// The API of webhooks: make, list, change, remove, and what came of their deliveries.
//
// Owns    nothing; routes answer 503 "media.unavailable" until the module has started.
// Thread  add_routes() before the server starts; handlers on any core.
// Never   shows a secret a second time.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "media/access/audit_trail.h"
#include "media/webhook/webhook_store.h"
#include "net/address_policy.h"
#include "net/router.h"

namespace vitrine {

struct WebhookWishDto {
  std::string url;
  static constexpr std::string_view schema_name = "WebhookWish";
  static constexpr auto fields() {
    return std::tuple{
        field("url", &WebhookWishDto::url,
              {.help = "http or https; the open Internet, or a network of net.private_destinations",
               .min = 1,
               .max = kWebhookUrlMax})};
  }
};

struct WebhookChangeDto {
  std::optional<std::string> url;
  std::optional<bool> enabled;
  std::optional<bool> new_secret;
  static constexpr std::string_view schema_name = "WebhookChange";
  static constexpr auto fields() {
    return std::tuple{
        field("url", &WebhookChangeDto::url, {.min = 1, .max = kWebhookUrlMax}),
        field("enabled", &WebhookChangeDto::enabled, {.help = "off: what waits goes on waiting"}),
        field("new_secret", &WebhookChangeDto::new_secret,
              {.help = "true: signs with a fresh secret, shown in this answer"})};
  }
};

struct WebhookDto {
  WebhookId webhook;
  std::string url;
  bool enabled = true;
  int64_t created_at_ms = 0;
  std::optional<std::string> secret;
  static constexpr std::string_view schema_name = "Webhook";
  static constexpr auto fields() {
    return std::tuple{field("webhook", &WebhookDto::webhook), field("url", &WebhookDto::url),
                      field("enabled", &WebhookDto::enabled),
                      field("created_at_ms", &WebhookDto::created_at_ms),
                      field("secret", &WebhookDto::secret, {.help = "shown only when it was just made"})};
  }
};

struct WebhookListDto {
  std::vector<WebhookDto> items;
  static constexpr std::string_view schema_name = "WebhookList";
  static constexpr auto fields() { return std::tuple{field("items", &WebhookListDto::items)}; }
};

struct DeliveryDto {
  DeliveryId delivery;
  std::string kind;
  std::string stream;
  DeliveryState state = DeliveryState::waiting;
  int64_t tries = 0;
  std::optional<int64_t> status;
  std::optional<std::string> error;
  int64_t created_at_ms = 0;
  std::optional<int64_t> due_at_ms;
  std::optional<int64_t> done_at_ms;
  static constexpr std::string_view schema_name = "WebhookDelivery";
  static constexpr auto fields() {
    return std::tuple{field("delivery", &DeliveryDto::delivery),
                      field("kind", &DeliveryDto::kind),
                      field("stream", &DeliveryDto::stream),
                      field("state", &DeliveryDto::state),
                      field("tries", &DeliveryDto::tries),
                      field("status", &DeliveryDto::status, {.help = "of the last answer"}),
                      field("error", &DeliveryDto::error, {.help = "why there was none"}),
                      field("created_at_ms", &DeliveryDto::created_at_ms),
                      field("due_at_ms", &DeliveryDto::due_at_ms, {.help = "of the next try"}),
                      field("done_at_ms", &DeliveryDto::done_at_ms)};
  }
};

struct DeliveryListDto {
  std::vector<DeliveryDto> items;
  std::optional<std::string> next;
  static constexpr std::string_view schema_name = "WebhookDeliveryList";
  static constexpr auto fields() {
    return std::tuple{field("items", &DeliveryListDto::items), field("next", &DeliveryListDto::next)};
  }
};

class WebhookApi {
 public:
  struct Uses {
    IdSource& ids;
    Random& random;
    const Clock& clock;
    std::atomic<Database*>& database;       // empty until the module has started
    std::function<AddressPolicy()> policy;  // called on a core
    std::function<void()> wake;             // tells the sender that something may be due
    const AuditTrail& audit;
    const FieldCipher& cipher;  // loaded when the module has started
  };
  explicit WebhookApi(Uses uses) : uses_(std::move(uses)) {}
  void add_routes(Router& router);

 private:
  Task<Reply<WebhookDto>> create(Call call, WebhookWishDto wish);
  Task<Reply<WebhookListDto>> list(Call call);
  Task<Reply<WebhookDto>> change(Call call, WebhookChangeDto wish);
  Task<Reply<NoContent>> remove(Call call);
  Task<Reply<DeliveryListDto>> deliveries(Call call);
  Task<void> note_audit(const Call* call, std::string act, WebhookId webhook) const;
  std::optional<Problem> fault_of(const std::string& url) const;

  Uses uses_;
};

}  // namespace vitrine
