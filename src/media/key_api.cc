#include "media/key_api.h"

#include "store/idempotency.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr std::string_view kKeys = "/v1/streams/{stream}/keys";

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

RouteSpec creating(RouteSpec spec) {
  spec.idempotent = true;
  spec.status = 201;
  return spec;
}

std::optional<int64_t> ms_of(const std::optional<WallTime>& time) {
  return time ? std::optional(time->ms) : std::nullopt;
}

IdempotencyKey once_of(const Call& call, std::string_view operation) {
  return {call.caller.staff->id.str() + " " + std::string(operation) + " " + call.param("stream"),
          call.idempotency_key, call.body_digest};
}

// Only the key's digest is stored, so a repetition cannot be answered with the key again.
Result<void> refuse_repetition(Transaction& transaction, const IdempotencyKey& once) {
  const auto before = find_effect(transaction, once);
  if (!before) return before.error();
  if (*before) return Error{ErrorKind::conflict, "media.key_shown_once"};
  return {};
}

}  // namespace

void KeyApi::add_routes(Router& router) {
  router.add<StreamKeyWishDto, NewStreamKeyDto>(
      creating(route(HttpMethod::post, kKeys, "createStreamKey",
                     "Make a stream key; it is shown only in this answer")),
      [this](Call call, StreamKeyWishDto wish) { return create_key(std::move(call), std::move(wish)); });
  router.add<StreamKeyRotationDto, NewStreamKeyDto>(
      creating(route(HttpMethod::post, "/v1/streams/{stream}/keys/{key_id}/rotation", "rotateStreamKey",
                     "Make the key that follows one, which ends after the overlap")),
      [this](Call call, StreamKeyRotationDto wish) { return rotate_key(std::move(call), wish); });
  router.add<NoBody, StreamKeyListDto>(
      route(HttpMethod::get, kKeys, "streamKeys", "The keys that let a publisher in, by their last digits"),
      [this](Call call) { return keys(std::move(call)); });
  router.add<NoBody, NoContent>(
      route(HttpMethod::del, "/v1/streams/{stream}/keys/{key_id}", "revokeStreamKey",
            "End a key at once; who publishes with it is ended within 2 s"),
      [this](Call call) { return revoke_key(std::move(call)); });
}

Task<Reply<NewStreamKeyDto>> KeyApi::create_key(Call call, StreamKeyWishDto wish) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  auto made = make_stream_key(call.param("stream"), uses_.ids, uses_.random);
  if (!made) co_return made.error();
  const WallTime now = uses_.clock.wall();
  made->label = wish.label.value_or("");
  if (wish.expires_in_s) made->expires = now + std::chrono::seconds(*wish.expires_in_s);
  auto work = [made = *made, once = once_of(call, "createStreamKey"),
               now](Transaction& transaction) -> Result<void> {
    if (auto fresh = refuse_repetition(transaction, once); !fresh) return fresh;
    if (auto added = add_stream_key(transaction, made, now); !added) return added;
    return record_effect(transaction, once, made.id.value, now);
  };
  const auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  MediaActor who = media_actor(call);
  co_await note_audit(std::move(who), "stream_key.create", made->stream, made->id);
  co_return describe(*made, call.request->headers.get("Host"), call.request->secure);
}

Task<Reply<NewStreamKeyDto>> KeyApi::rotate_key(Call call, StreamKeyRotationDto wish) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto old = KeyId::parse(call.param("key_id"));
  if (!old) co_return Error{ErrorKind::not_found, "stream_key.none"};
  const auto made = make_stream_key(call.param("stream"), uses_.ids, uses_.random);
  if (!made) co_return made.error();
  const Milliseconds overlap = wish.overlap_s ? std::chrono::seconds(*wish.overlap_s) : kStreamKeyOverlap;
  auto work = [made = *made, old = *old, overlap, once = once_of(call, "rotateStreamKey"),
               now = uses_.clock.wall()](Transaction& transaction) -> Result<RotatedStreamKey> {
    if (auto fresh = refuse_repetition(transaction, once); !fresh) return fresh.error();
    auto rotated = rotate_stream_key(transaction, old, made, overlap, now);
    if (!rotated) return rotated;
    if (auto kept = record_effect(transaction, once, made.id.value, now); !kept) return kept.error();
    return rotated;
  };
  const auto rotated = co_await database->write(std::move(work));
  if (!rotated) co_return rotated.error();
  uses_.book.set_key_end(*old, rotated->ends);
  MediaActor who = media_actor(call);
  co_await note_audit(std::move(who), "stream_key.rotate", made->stream, *old);
  NewStreamKeyDto out = describe(rotated->made, call.request->headers.get("Host"), call.request->secure);
  out.old_key_ends_at_ms = rotated->ends.ms;
  co_return out;
}

NewStreamKeyDto KeyApi::describe(const NewStreamKey& made, std::string_view host, bool secure) const {
  const RtmpAddress address = rtmp_address(rtmp_scheme(uses_.tls), rtmp_host(host, uses_.rtmp_port), made);
  NewStreamKeyDto out;
  out.key_id = made.id;
  out.stream = made.stream;
  out.key = made.key;
  out.label = made.label;
  out.expires_at_ms = ms_of(made.expires);
  out.rtmp_url = address.url;
  out.rtmp_server = address.server;
  out.rtmp_stream_key = address.stream_key;
  out.whip_url = (secure ? "https://" : "http://") + std::string(host) + "/whip/" + made.stream;
  return out;
}

Task<void> KeyApi::note_audit(MediaActor who, std::string act, std::string stream, KeyId key) const {
  MediaChange change{.act = std::move(act), .subject = std::move(stream) + "/" + key.str()};
  co_await uses_.audit.note(std::move(who), std::move(change));
}

Task<Result<StreamKeyListDto>> KeyApi::list(std::string stream) {
  StreamKeys* keys = uses_.keys;
  if (keys == nullptr) co_return kUnavailable;
  const auto found = co_await keys->list(std::move(stream));
  if (!found) co_return found.error();
  StreamKeyListDto out;
  for (const StreamKeyInfo& key : *found)
    out.items.push_back({key.id, key.hint, key.label, key.created.ms, ms_of(key.expires), ms_of(key.used),
                         uses_.book.uses(key.id)});
  co_return out;
}

Task<Result<RotatedStreamKey>> KeyApi::rotate(std::string stream, KeyId old, Milliseconds overlap) {
  StreamKeys* keys = uses_.keys;
  if (keys == nullptr) co_return kUnavailable;
  auto rotated = co_await keys->rotate(std::move(stream), old, overlap);
  if (rotated) uses_.book.set_key_end(old, rotated->ends);
  co_return rotated;
}

Task<Result<void>> KeyApi::revoke(std::string stream, KeyId key) {
  StreamKeys* keys = uses_.keys;
  if (keys == nullptr) co_return kUnavailable;
  auto revoked = co_await keys->revoke(std::move(stream), key);
  if (revoked) uses_.book.end_key(key);
  co_return revoked;
}

Task<Reply<StreamKeyListDto>> KeyApi::keys(Call call) {
  auto found = co_await list(call.param("stream"));
  if (!found) co_return found.error();
  co_return *std::move(found);
}

Task<Reply<NoContent>> KeyApi::revoke_key(Call call) {
  const auto id = KeyId::parse(call.param("key_id"));
  if (!id) co_return Error{ErrorKind::not_found, "stream_key.none"};
  const auto revoked = co_await revoke(call.param("stream"), *id);
  if (!revoked) co_return revoked.error();
  MediaActor who = media_actor(call);
  co_await note_audit(std::move(who), "stream_key.revoke", call.param("stream"), *id);
  co_return NoContent{};
}

}  // namespace vitrine
