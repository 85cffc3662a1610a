#include "rooms/entry_api.h"

#include "base/log.h"
#include "rooms/call_facts.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};

RouteSpec route(HttpMethod method, std::string_view path, std::string_view operation,
                std::string_view summary) {
  return {.method = method, .path = path, .operation = operation, .tag = "entry", .summary = summary};
}

AccessView view_of(const AccessRules& rules) {
  AccessView out{.mode = rules.mode,
                 .has_password = !rules.password.empty(),
                 .tier = rules.tier,
                 .product = {},
                 .token = {},
                 .trial_minutes = rules.trial_minutes};
  if (rules.product) out.product = rules.product;
  if (rules.mode == AccessMode::token) {
    const bool is_url = rules.token.kind == TokenKeyKind::jwks;
    out.token = TokenTermsView{.kind = rules.token.kind,
                               .has_key = !rules.token.key.empty(),
                               .jwks_url = is_url ? rules.token.key : std::string(),
                               .issuer = rules.token.issuer,
                               .audience = rules.token.audience};
  }
  return out;
}

AccessWish wish_of(const AccessWishView& body) {
  AccessWish out{.rules = {.mode = body.mode,
                           .tier = body.tier.value_or(0),
                           .product = body.product.value_or(ProductId{}),
                           .trial_minutes = body.trial_minutes},
                 .password = body.password};
  if (body.token) {
    out.keep_key = !body.token->key;
    out.rules.token = {.kind = body.token->kind,
                       .key = body.token->key.value_or(std::string()),
                       .issuer = body.token->issuer,
                       .audience = body.token->audience};
  }
  return out;
}

InviteView view_of(const Invite& invite) {
  return {invite.code, invite.label, invite.uses, invite.uses_max, invite.until.ms, invite.by, invite.at.ms};
}

}  // namespace

void EntryApi::add_routes(Router& router) {
  auto asks =
      route(HttpMethod::get, "/v1/rooms/{room}/entry", "getRoomEntry",
            "Whether the viewer may be in the room, and why not; begins its trial where there is one");
  asks.access = Access::viewer;
  router.add<NoBody, EntryView>(asks, [this](Call call) { return get(std::move(call)); });
  auto shows = route(HttpMethod::post, "/v1/rooms/{room}/entry", "enterRoom",
                     "Show the password, invite code or signed token that the room asks for");
  shows.access = Access::viewer;
  router.add<EntryProofView, EntryView>(
      shows, [this](Call call, EntryProofView body) { return show(std::move(call), std::move(body)); });
  add_staff_routes(router);
}

void EntryApi::add_staff_routes(Router& router) {
  router.add<NoBody, AccessView>(
      route(HttpMethod::get, "/v1/rooms/{room}/access", "getRoomAccess", "Who may watch"),
      [this](Call call) { return access(std::move(call)); });
  router.add<AccessWishView, AccessView>(
      route(HttpMethod::put, "/v1/rooms/{room}/access", "setRoomAccess", "Say who may watch"),
      [this](Call call, AccessWishView body) { return set_access(std::move(call), std::move(body)); });
  router.add<NoBody, InviteList>(
      route(HttpMethod::get, "/v1/rooms/{room}/invites", "listInvites", "Invite codes of the room"),
      [this](Call call) { return invites(std::move(call)); });
  auto makes = route(HttpMethod::post, "/v1/rooms/{room}/invites", "makeInvite", "Make an invite code");
  makes.idempotent = true;
  makes.status = 201;
  router.add<NewInvite, InviteView>(
      makes, [this](Call call, NewInvite body) { return make_invite(std::move(call), std::move(body)); });
  router.add<NoBody, NoContent>(route(HttpMethod::del, "/v1/rooms/{room}/invites/{code}", "dropInvite",
                                      "Take a code back; who came in with it has to leave"),
                                [this](Call call) { return drop_invite(std::move(call)); });
}

std::optional<Error> EntryApi::refusal(const Call& call) const {
  if (!context_.database) return kUnavailable;
  if (!context_.directory.find(call.param("room"))) return Error{ErrorKind::not_found, "rooms.room"};
  if (context_.roles.allows(call.caller, call.param("room"), RoomAct::room_access)) return std::nullopt;
  if (!call.caller.staff && !call.caller.is_buyer())
    return Error{ErrorKind::unauthenticated, "members.staff_only"};
  return Error{ErrorKind::forbidden, "members.no_right"};
}

// What staff did is done even when the log cannot take the line; that is said in our own log.
Task<void> EntryApi::audit(AuditEntry entry) {
  const auto kept = co_await context_.members.audit(std::move(entry));
  if (!kept) log_error("rooms.not_audited", {{"reason", kept.error().reason}});
}

Task<Reply<EntryView>> EntryApi::entry(Call call) {
  const std::string& room = call.param("room");
  if (!context_.directory.find(room)) co_return Error{ErrorKind::not_found, "rooms.room"};
  const DoorVisitor who = visitor_of(call.caller, call.request->remote);
  const auto proved = co_await service_.prove(room, who);
  const EntryDecision decision = context_.doors.enter(room, who);
  // A shop that does not answer keeps nobody out whom something else lets in.
  if (!proved && !decision.lets_in()) co_return proved.error();
  const AccessRules rules = context_.doors.rules(room);
  EntryView out{.state = decision.state,
                .mode = rules.mode,
                .until_ms = decision.until.ms,
                .reason = decision.reason,
                .product = {},
                .acts = context_.roles.acts_of(call.caller, room)};
  if (rules.product) out.product = rules.product;
  co_return out;
}

Task<Reply<EntryView>> EntryApi::get(Call call) {
  if (!context_.database) co_return kUnavailable;
  co_return co_await entry(std::move(call));
}

Task<Reply<EntryView>> EntryApi::show(Call call, EntryProofView body) {
  if (!context_.database) co_return kUnavailable;
  EntryProof proof{body.password, body.code, body.token};
  DoorVisitor who = visitor_of(call.caller, call.request->remote);
  const auto shown = co_await service_.show(call.param("room"), std::move(who), std::move(proof));
  if (!shown.ok()) co_return shown.problem();
  co_return co_await entry(std::move(call));
}

Task<Reply<AccessView>> EntryApi::access(Call call) {
  if (const auto no = refusal(call)) co_return *no;
  co_return view_of(context_.doors.rules(call.param("room")));
}

Task<Reply<AccessView>> EntryApi::set_access(Call call, AccessWishView body) {
  if (const auto no = refusal(call)) co_return *no;
  const auto set = co_await service_.set_access(call.param("room"), wish_of(body));
  if (!set.ok()) co_return set.problem();
  co_await audit(audit_entry_of(call, "room.access", call.param("room")));
  co_return view_of(set.value());
}

Task<Reply<InviteList>> EntryApi::invites(Call call) {
  if (const auto no = refusal(call)) co_return *no;
  const auto invites = co_await service_.invites(call.param("room"));
  if (!invites) co_return invites.error();
  InviteList out;
  for (const Invite& invite : *invites) out.items.push_back(view_of(invite));
  co_return out;
}

Task<Reply<InviteView>> EntryApi::make_invite(Call call, NewInvite body) {
  if (const auto no = refusal(call)) co_return *no;
  const WallTime now = context_.clock.wall();
  Invite wish{.number = 0,
              .code = {},
              .label = body.label,
              .uses_max = body.uses_max,
              .by = actor_name(call.caller),
              .at = now};
  if (body.days) wish.until = now + std::chrono::hours(24 * *body.days);
  const auto made =
      co_await service_.make_invite(call.param("room"), std::move(wish), key_of(call, "makeInvite"));
  if (!made) co_return made.error();
  if (!made->replayed) co_await audit(audit_entry_of(call, "room.invite", call.param("room")));
  Reply<InviteView> reply = view_of(made->invite);
  reply.replayed = made->replayed;
  co_return reply;
}

Task<Reply<NoContent>> EntryApi::drop_invite(Call call) {
  if (const auto no = refusal(call)) co_return *no;
  const auto dropped = co_await service_.drop_invite(call.param("room"), call.param("code"));
  if (!dropped) co_return dropped.error();
  co_await audit(audit_entry_of(call, "room.drop_invite", call.param("room") + "/" + call.param("code")));
  co_return NoContent{};
}

}  // namespace vitrine
