#include "media/commands.h"

namespace vitrine {
namespace {

using Object = boost::json::object;

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};

std::string text_of(const Object& arguments, std::string_view name) {
  const auto* found = arguments.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<std::string> maybe_text(const Object& arguments, std::string_view name) {
  const std::string text = text_of(arguments, name);
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<int64_t> seconds_of(const Object& arguments, std::string_view name) {
  const auto* found = arguments.if_contains(name);
  return found != nullptr && found->is_int64() ? std::optional(found->get_int64()) : std::nullopt;
}

Object object_of(boost::json::value value) {
  return std::move(value.as_object());
}

Problem bad_key(std::string detail) {
  return {ErrorKind::not_found, "stream_key.none", std::move(detail)};
}

Problem bad_pull() {
  return {ErrorKind::not_found, "pull.none", "There is no such pull; see `vitrine pull list`."};
}

// Which key is meant: the one named, or the only one that works.
Result<KeyId> chosen(const StreamKeyListDto& keys, const std::string& named, WallTime now) {
  const Error none{ErrorKind::not_found, "stream_key.none"};
  if (!named.empty()) {
    const auto id = KeyId::parse(named);
    return id ? Result(*id) : Result<KeyId>(none);
  }
  std::optional<KeyId> only;
  for (const StreamKeyDto& key : keys.items) {
    if (key.expires_at_ms && *key.expires_at_ms <= now.ms) continue;
    if (only) return Error{ErrorKind::invalid_input, "stream_key.which"};
    only = key.key_id;
  }
  return only ? Result(*only) : Result<KeyId>(none);
}

Problem problem_of(Error error) {
  if (error.reason == "stream_key.which")
    return {error.kind, std::string(error.reason),
            "The stream has several keys; name one of `vitrine key list STREAM`."};
  if (error.reason == "stream_key.none") return bad_key("The stream has no such key that works.");
  return error;
}

}  // namespace

Task<Reply<Object>> MediaCommands::run(std::string name, Object arguments, std::string host) {
  if (name == "key-create") co_return co_await create_key(std::move(arguments), std::move(host));
  if (name == "key-list") co_return co_await list_keys(std::move(arguments));
  if (name == "key-rotate") co_return co_await rotate_key(std::move(arguments), std::move(host));
  if (name == "key-revoke") co_return co_await revoke_key(std::move(arguments));
  if (name == "stream-list") co_return co_await list_streams();
  if (name == "stream-show") co_return co_await show_stream(std::move(arguments));
  if (name == "stream-kick") co_return co_await kick(std::move(arguments));
  if (name == "stream-access") co_return co_await access(std::move(arguments));
  if (name == "stream-token") co_return co_await token(std::move(arguments), std::move(host));
  if (name == "pull-list") co_return co_await list_pulls();
  if (name == "pull-add") co_return co_await add_pull(std::move(arguments));
  if (name == "pull-pause") co_return co_await pause_pull(std::move(arguments), true);
  if (name == "pull-resume") co_return co_await pause_pull(std::move(arguments), false);
  if (name == "pull-remove") co_return co_await remove_pull(std::move(arguments));
  co_return Problem{ErrorKind::not_found, "control.unknown_command", "There is no such command."};
}

Task<Reply<Object>> MediaCommands::create_key(Object arguments, std::string host) {
  StreamKeys* keys = uses_.stored_keys;
  if (keys == nullptr) co_return kUnavailable;
  std::optional<WallTime> expires;
  if (const auto seconds = seconds_of(arguments, "expires_s"))
    expires = uses_.clock.wall() + std::chrono::seconds(*seconds);
  auto task = keys->create(text_of(arguments, "stream"), text_of(arguments, "label"), expires);
  const auto made = co_await std::move(task);
  if (!made) co_return made.error();
  co_await uses_.keys.note_audit({}, "stream_key.create", made->stream, made->id);
  const NewStreamKeyDto dto = uses_.keys.describe(*made, host, secure());
  Object out{{"stream", dto.stream},
             {"key", dto.key},
             {"key_id", dto.key_id.str()},
             {"rtmp_url", dto.rtmp_url},
             {"whip_url", dto.whip_url}};
  if (dto.expires_at_ms) out["expires_at_ms"] = *dto.expires_at_ms;
  co_return out;
}

Task<Reply<Object>> MediaCommands::list_keys(Object arguments) {
  auto task = uses_.keys.list(text_of(arguments, "stream"));
  auto found = co_await std::move(task);
  if (!found) co_return found.error();
  co_return object_of(to_json(*found));
}

Task<Reply<Object>> MediaCommands::rotate_key(Object arguments, std::string host) {
  const std::string stream = text_of(arguments, "stream");
  auto listing = uses_.keys.list(stream);
  const auto known = co_await std::move(listing);
  if (!known) co_return known.error();
  const auto old = chosen(*known, text_of(arguments, "key_id"), uses_.clock.wall());
  if (!old) co_return problem_of(old.error());
  const auto seconds = seconds_of(arguments, "overlap_s");
  const Milliseconds overlap = seconds ? std::chrono::seconds(*seconds) : kStreamKeyOverlap;
  auto task = uses_.keys.rotate(stream, *old, overlap);
  const auto rotated = co_await std::move(task);
  if (!rotated) co_return problem_of(rotated.error());
  co_await uses_.keys.note_audit({}, "stream_key.rotate", stream, *old);
  const NewStreamKeyDto dto = uses_.keys.describe(rotated->made, host, secure());
  co_return Object{{"stream", dto.stream},
                   {"key", dto.key},
                   {"key_id", dto.key_id.str()},
                   {"rtmp_url", dto.rtmp_url},
                   {"whip_url", dto.whip_url},
                   {"old_key_id", old->str()},
                   {"old_key_ends_at_ms", rotated->ends.ms}};
}

Task<Reply<Object>> MediaCommands::revoke_key(Object arguments) {
  const auto key = KeyId::parse(text_of(arguments, "key_id"));
  if (!key) co_return bad_key("That is no key's id; see `vitrine key list STREAM`.");
  auto task = uses_.keys.revoke(text_of(arguments, "stream"), *key);
  const auto revoked = co_await std::move(task);
  if (!revoked) co_return problem_of(revoked.error());
  co_await uses_.keys.note_audit({}, "stream_key.revoke", text_of(arguments, "stream"), *key);
  co_return Object{{"stream", text_of(arguments, "stream")}, {"key_id", key->str()}, {"revoked", true}};
}

Task<Reply<Object>> MediaCommands::list_streams() {
  const StreamListDto found = co_await uses_.streams.list();
  co_return object_of(to_json(found));
}

Task<Reply<Object>> MediaCommands::show_stream(Object arguments) {
  auto task = uses_.streams.show(text_of(arguments, "stream"));
  const StreamDto found = co_await std::move(task);
  co_return object_of(to_json(found));
}

Task<Reply<Object>> MediaCommands::kick(Object arguments) {
  KickWishDto wish;
  wish.viewer_id = maybe_text(arguments, "viewer_id");
  constexpr auto names = enum_names(KickWhom{});
  const auto whom = std::find(names.begin(), names.end(), text_of(arguments, "whom"));
  if (whom != names.end()) wish.whom = static_cast<KickWhom>(whom - names.begin());
  if (wish.viewer_id) wish.whom = KickWhom::viewer;
  auto task = uses_.streams.kick({}, text_of(arguments, "stream"), wish);
  const auto kicked = co_await std::move(task);
  if (!kicked && kicked.error().kind != ErrorKind::not_found) co_return kicked.error();
  if (!kicked) {
    co_return Problem{
        ErrorKind::not_found, std::string(kicked.error().reason),
        wish.whom == KickWhom::publisher ? "Nobody publishes that stream." : "There is no such viewer."};
  }
  co_return object_of(to_json(*kicked));
}

Task<Reply<Object>> MediaCommands::access(Object arguments) {
  const std::string stream = text_of(arguments, "stream");
  const std::string play = text_of(arguments, "play");
  if (play.empty()) co_return object_of(to_json(uses_.access.access(stream)));
  StreamAccessWishDto wish = uses_.access.access(stream).own;
  wish.play =
      play == "default" ? std::nullopt : std::optional(play == "open" ? PlayMode::open : PlayMode::token);
  auto task = uses_.access.set_access({}, stream, std::move(wish));
  const auto set = co_await std::move(task);
  if (!set.ok()) co_return set.problem();
  co_return object_of(to_json(set.value()));
}

Task<Reply<Object>> MediaCommands::token(Object arguments, std::string host) {
  PlayTokenWishDto wish;
  wish.expires_in_s = seconds_of(arguments, "expires_s");
  wish.address = maybe_text(arguments, "address");
  wish.viewer = maybe_text(arguments, "viewer");
  const auto made = uses_.access.make_token(text_of(arguments, "stream"), wish, host, secure());
  if (!made.ok()) co_return made.problem();
  co_return object_of(to_json(made.value()));
}

Task<Reply<Object>> MediaCommands::list_pulls() {
  const auto found = co_await uses_.pulls.list();
  if (!found.ok()) co_return found.problem();
  co_return object_of(to_json(found.value()));
}

Task<Reply<Object>> MediaCommands::add_pull(Object arguments) {
  PullWishDto wish{text_of(arguments, "stream"), text_of(arguments, "url")};
  auto task = uses_.pulls.create({}, std::move(wish), std::nullopt);
  const auto made = co_await std::move(task);
  if (!made.ok()) co_return made.problem();
  co_return object_of(to_json(made.value()));
}

Task<Reply<Object>> MediaCommands::pause_pull(Object arguments, bool paused) {
  const auto id = PullId::parse(text_of(arguments, "pull_id"));
  if (!id) co_return bad_pull();
  PullChangeDto wish;
  wish.paused = paused;
  auto task = uses_.pulls.change({}, *id, std::move(wish));
  const auto changed = co_await std::move(task);
  if (!changed.ok()) co_return changed.problem();
  co_return object_of(to_json(changed.value()));
}

Task<Reply<Object>> MediaCommands::remove_pull(Object arguments) {
  const auto id = PullId::parse(text_of(arguments, "pull_id"));
  if (!id) co_return bad_pull();
  auto task = uses_.pulls.remove({}, *id);
  const auto removed = co_await std::move(task);
  if (!removed.ok()) co_return removed.problem();
  co_return Object{{"pull_id", id->str()}, {"removed", true}};
}

}  // namespace vitrine
