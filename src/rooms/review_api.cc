#include "rooms/review_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};
constexpr std::string_view kPath = "/v1/review-hook";

ReviewHookView view_of(const ReviewSettings& settings) {
  return {settings.enabled, settings.url, settings.timeout_ms, settings.fallback, {}};
}

}  // namespace

void ReviewApi::add_routes(Router& router) {
  router.add<NoBody, ReviewHookView>({.method = HttpMethod::get,
                                      .path = kPath,
                                      .operation = "getReviewHook",
                                      .tag = "rooms",
                                      .summary = "Who is asked about chat lines before they are shown",
                                      .access = Access::staff,
                                      .right = Right::settings_write},
                                     [this](Call call) { return get(std::move(call)); });
  router.add<ReviewHookWish, ReviewHookView>(
      {.method = HttpMethod::put,
       .path = kPath,
       .operation = "setReviewHook",
       .tag = "rooms",
       .summary = "Say who is asked about chat lines, how long, and what holds without an answer",
       .access = Access::staff,
       .right = Right::settings_write},
      [this](Call call, ReviewHookWish wish) { return set(std::move(call), std::move(wish)); });
}

Task<Reply<ReviewHookView>> ReviewApi::get(Call) {
  if (!context_.database) co_return kUnavailable;
  co_return view_of(context_.review.settings());
}

Task<Reply<ReviewHookView>> ReviewApi::set(Call call, ReviewHookWish wish) {
  if (!context_.database) co_return kUnavailable;
  ReviewSettings settings{.enabled = wish.enabled,
                          .url = wish.url,
                          .secret = context_.review.settings().secret,
                          .timeout_ms = wish.timeout_ms,
                          .fallback = wish.fallback};
  const bool fresh = settings.secret.empty() || wish.new_secret.value_or(false);
  if (fresh) settings.secret = random_hex(random_, 32);
  const auto done = co_await context_.review.set(*context_.database, context_.cipher, settings);
  if (!done && done.error().reason == "rooms.review_url") {
    Problem problem(done.error());
    problem.field = "/url";
    co_return problem;
  }
  if (!done) co_return done.error();
  const auto kept = co_await context_.members.audit(audit_entry_of(call, "review_hook.set", wish.url));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
  ReviewHookView view = view_of(settings);
  if (fresh) view.secret = settings.secret;
  co_return view;
}

}  // namespace vitrine
