// Webhooks: HTTP requests by which integrators hear who publishes. What each is, and the rules that need
// neither clock nor socket: which URLs are taken, how a request is signed, when it is tried again.
//
// Thread  any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/http_url.h"

namespace vitrine {

struct WebhookTag {
  static constexpr std::string_view prefix = "whk_";
};
struct DeliveryTag {
  static constexpr std::string_view prefix = "dlv_";
};
using WebhookId = Id<WebhookTag>;
using DeliveryId = Id<DeliveryTag>;

inline constexpr int64_t kWebhooksMax = 20;
inline constexpr size_t kWebhookUrlMax = kHttpUrlMax;
inline constexpr size_t kWebhookSecretBytes = 32;        // random bytes, written in hexadecimal
inline constexpr int64_t kDeliveriesWaitingMax = 5'000;  // of one webhook; over it new ones are not queued
inline constexpr int64_t kDeliveriesKept = 100;          // of one webhook, once they are done
inline constexpr Milliseconds kDeliveryTime{5'000};      // one try, all of it
inline constexpr Milliseconds kDeliveryGivenUp{3LL * 24 * 3'600'000};

using WebhookUrl = HttpUrl;

// Errors: `invalid_input` "webhook.url" unless it is an http or https URL of printable ASCII, without user
// and fragment, of at most kWebhookUrlMax characters.
Result<WebhookUrl> read_webhook_url(std::string_view text);

// How long after its `tries`th failed try a delivery is tried again: 1 s, then twice as long each time, to
// an hour.
Milliseconds delivery_back_off(int64_t tries);

// The header Vitrine-Signature: "t=SECONDS,v1=HEX" with HMAC-SHA256(secret, SECONDS "." body). The receiver
// refuses a time that is more than 300 s away, so that a request overheard cannot be sent again later.
std::string delivery_signature(std::string_view secret, WallTime now, std::string_view body);

}  // namespace vitrine
