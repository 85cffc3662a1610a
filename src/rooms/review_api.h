// Staff's side of the review hook: its address, time limit and fallback. The secret is shown once.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "base/random.h"
#include "net/router.h"
#include "rooms/context.h"

namespace vitrine {

struct ReviewHookView {
  bool enabled = false;
  std::string url;
  int64_t timeout_ms = 800;
  Verdict fallback = Verdict::allow;
  std::optional<std::string> secret;
  static constexpr std::string_view schema_name = "ReviewHook";
  static constexpr auto fields() {
    return std::tuple{
        field("enabled", &ReviewHookView::enabled), field("url", &ReviewHookView::url),
        field("timeout_ms", &ReviewHookView::timeout_ms),
        field("fallback", &ReviewHookView::fallback, {.help = "what holds when no answer comes in time"}),
        field("secret", &ReviewHookView::secret, {.help = "shown only when it was just made"})};
  }
};
struct ReviewHookWish {
  bool enabled = false;
  std::string url;
  int64_t timeout_ms = 800;
  Verdict fallback = Verdict::allow;
  std::optional<bool> new_secret;
  static constexpr std::string_view schema_name = "ReviewHookWish";
  static constexpr auto fields() {
    return std::tuple{
        field("enabled", &ReviewHookWish::enabled),
        field("url", &ReviewHookWish::url,
              {.help = "http or https; the open Internet, or a network of net.private_destinations",
               .max = kHttpUrlMax}),
        field("timeout_ms", &ReviewHookWish::timeout_ms, {.min = 100, .max = 3'000}),
        field("fallback", &ReviewHookWish::fallback),
        field("new_secret", &ReviewHookWish::new_secret,
              {.help = "true: signs with a fresh secret; the first is made by itself"})};
  }
};

class ReviewApi {
 public:
  ReviewApi(RoomsContext& context, Random& random) : context_(context), random_(random) {}
  void add_routes(Router& router);

 private:
  Task<Reply<ReviewHookView>> get(Call call);
  Task<Reply<ReviewHookView>> set(Call call, ReviewHookWish wish);

  RoomsContext& context_;
  Random& random_;
};

}  // namespace vitrine
