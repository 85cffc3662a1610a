#include "media/access_api.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "media/config.h"
#include "media/protocol/stream_name.h"
#include "media/stream_keys.h"
#include "runtime/core.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr std::string_view kAccess = "/v1/streams/{stream}/access";
constexpr size_t kNonceBytes = 8;

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method,
          .path = path,
          .operation = operation,
          .tag = "media",
          .summary = summary,
          .access = Access::staff,
          .right = Right::stream_key};
}

RefererRulesDto to_dto(const RefererRules& rules) {
  return {rules.allow, rules.deny, rules.empty};
}

StreamAccessWishDto to_dto(const StreamRules& rules) {
  StreamAccessWishDto out;
  out.play = rules.play;
  if (rules.referers) out.referers = to_dto(*rules.referers);
  return out;
}

std::optional<Problem> fault_of(const std::vector<std::string>& patterns, std::string_view list) {
  for (size_t at = 0; at < patterns.size(); ++at) {
    if (is_referer_pattern(patterns[at])) continue;
    Problem problem{ErrorKind::invalid_input, "media.referer_pattern",
                    "A site is written as shop.example or *.shop.example, without https:// or a path."};
    problem.field = fmt::format("/referers/{}/{}", list, at);
    return problem;
  }
  return std::nullopt;
}

Problem bad_name() {
  return {ErrorKind::invalid_input, "stream.name", "A stream's name is 1 to 64 letters, digits, '_' or '-'."};
}

Problem problem_of(Error error) {
  Problem problem(error);
  if (error.reason == "play.address") {
    problem.detail = "The address must be an IPv4 or IPv6 address.";
    problem.field = "/address";
  }
  if (error.reason == "play.viewer") {
    problem.detail = "A viewer's id is 1 to 64 letters, digits, '_' or '-'.";
    problem.field = "/viewer";
  }
  return error.reason == "play.stream" ? bad_name() : problem;
}

}  // namespace

void AccessApi::add_routes(Router& router) {
  router.add<NoBody, StreamAccessDto>(
      route(HttpMethod::get, kAccess, "streamAccess", "Who may watch a stream"),
      [this](Call call) { return get_access(std::move(call)); });
  router.add<StreamAccessWishDto, StreamAccessDto>(
      route(HttpMethod::put, kAccess, "setStreamAccess",
            "Say who may watch a stream; holds for viewers that come from then on"),
      [this](Call call, StreamAccessWishDto wish) { return put_access(std::move(call), std::move(wish)); });
  // Nothing is stored, so there is nothing to be idempotent about.
  router.add<PlayTokenWishDto, PlayTokenDto>(
      route(HttpMethod::post, "/v1/streams/{stream}/play-tokens", "signPlayToken",
            "Sign a token that lets its holder watch one stream for a while"),
      [this](Call call, PlayTokenWishDto wish) { return post_token(std::move(call), std::move(wish)); });
  router.add<NoBody, PlaySigningDto>(
      route(HttpMethod::post, "/v1/play-tokens/rotation", "rotatePlaySigning",
            "Sign play tokens with a fresh secret; tokens of the one before stay valid, older ones end"),
      [this](Call call) { return rotate(std::move(call)); });
}

StreamAccessDto AccessApi::access(const std::string& stream) const {
  const StreamRules in_force = uses_.guard.rules(stream);
  StreamAccessDto out;
  out.stream = stream;
  out.play = *in_force.play;
  out.referers = to_dto(*in_force.referers);
  out.own = to_dto(uses_.guard.own_rules(stream));
  return out;
}

Task<Reply<StreamAccessDto>> AccessApi::set_access(MediaActor who, std::string stream,
                                                   StreamAccessWishDto wish) {
  if (uses_.database == nullptr) co_return kUnavailable;
  StreamRules rules;
  rules.play = wish.play;
  if (wish.referers) {
    if (auto fault = fault_of(wish.referers->allow, "allow")) co_return *fault;
    if (auto fault = fault_of(wish.referers->deny, "deny")) co_return *fault;
    rules.referers = RefererRules{wish.referers->allow, wish.referers->deny, wish.referers->empty};
  }
  MediaChange change{.act = "stream.access",
                     .subject = stream,
                     .before = boost::json::serialize(to_json(to_dto(uses_.guard.own_rules(stream)))),
                     .after = boost::json::serialize(to_json(wish))};
  auto task = uses_.guard.set_rules(stream, std::move(rules));
  const auto set = co_await std::move(task);
  if (!set && set.error().reason == "stream.name") co_return bad_name();
  if (!set) co_return set.error();
  co_await uses_.audit.note(std::move(who), std::move(change));
  co_return access(stream);
}

Reply<PlayTokenDto> AccessApi::make_token(const std::string& stream, const PlayTokenWishDto& wish,
                                          std::string_view host, bool secure) const {
  if (uses_.database == nullptr) return kUnavailable;
  const int64_t seconds = wish.expires_in_s.value_or(Core::current()->config().get(kMediaPlayTokenSeconds));
  const PlayClaim claim{stream, wish.address.value_or(""), wish.viewer.value_or("")};
  const auto made = uses_.guard.sign(claim, std::chrono::seconds(seconds));
  if (!made) return problem_of(made.error());
  const std::string flv = fmt::format("{}/live/{}.flv?token={}", host, stream, made->token);
  PlayTokenDto out;
  out.token = made->token;
  out.expires_at_ms = made->expires.ms;
  out.flv_url = (secure ? "https://" : "http://") + flv;
  out.ws_flv_url = (secure ? "wss://" : "ws://") + flv;
  out.rtmp_url = fmt::format("{}://{}/live/{}?token={}", rtmp_scheme(uses_.tls),
                             rtmp_host(host, uses_.rtmp_port), stream, made->token);
  out.cdn_flv_url = cdn_url(stream, made->expires);
  return out;
}

std::optional<std::string> AccessApi::cdn_url(const std::string& stream, WallTime asked_end) const {
  const Config& config = Core::current()->config();
  std::string base = config.get(kMediaCdnUrl);
  const SignedUrlRule rule = signed_url_rule(config);
  if (base.empty() || rule.format == SignedUrlFormat::none || rule.key.empty()) return std::nullopt;
  while (base.ends_with('/')) base.pop_back();
  const SignedUrlTarget target{"/live/" + stream + ".flv", stream};
  // With a lifetime the CDN counts from the time in the URL: only that long can be had.
  const WallTime ends = rule.lifetime.count() == 0 ? asked_end : uses_.clock.wall() + rule.lifetime;
  return base + target.path + "?" + sign_query(rule, target, ends, random_hex(uses_.random, kNonceBytes));
}

Task<Reply<StreamAccessDto>> AccessApi::get_access(Call call) {
  if (uses_.database == nullptr) co_return kUnavailable;
  if (!is_stream_name(call.param("stream"))) co_return bad_name();
  co_return access(call.param("stream"));
}

Task<Reply<StreamAccessDto>> AccessApi::put_access(Call call, StreamAccessWishDto wish) {
  auto task = set_access(media_actor(call), call.param("stream"), std::move(wish));
  co_return co_await std::move(task);
}

Task<Reply<PlayTokenDto>> AccessApi::post_token(Call call, PlayTokenWishDto wish) {
  co_return make_token(call.param("stream"), wish, call.request->headers.get("Host"), call.request->secure);
}

Task<Reply<PlaySigningDto>> AccessApi::rotate(Call call) {
  if (uses_.database == nullptr) co_return kUnavailable;
  const auto generation = co_await uses_.guard.rotate();
  if (!generation) co_return generation.error();
  MediaActor who = media_actor(call);
  MediaChange change{.act = "play_signing.rotate", .subject = std::to_string(*generation)};
  co_await uses_.audit.note(std::move(who), std::move(change));
  co_return PlaySigningDto{*generation};
}

}  // namespace vitrine
