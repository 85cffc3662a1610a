#include "media/pull_api.h"

#include "base/log.h"
#include "media/protocol/stream_name.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};
constexpr Error kNone{ErrorKind::not_found, "pull.none"};
constexpr std::string_view kAll = "/v1/pulls";
constexpr std::string_view kOne = "/v1/pulls/{pull_id}";

Problem wrong_url() {
  Problem out(ErrorKind::invalid_input, "pull.url",
              "A pull's URL is rtmp://HOST/APP/STREAM, or http://HOST/PATH of an FLV stream (rtmps and https "
              "too), without a user name.");
  out.field = "/url";
  return out;
}

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

std::string subject_of(const StoredPull& pull) {
  return pull.stream + "/" + pull.id.str();
}

}  // namespace

void PullApi::add_routes(Router& router) {
  RouteSpec creating = route(HttpMethod::post, kAll, "createPull",
                             "Take another server's stream as one of ours, until it is removed");
  creating.idempotent = true;
  creating.status = 201;
  router.add<PullWishDto, PullDto>(
      creating, [this](Call call, PullWishDto wish) { return post(std::move(call), std::move(wish)); });
  router.add<NoBody, PullListDto>(
      route(HttpMethod::get, kAll, "pulls", "Streams taken from other servers, and how that goes"),
      [this](Call call) { return get(std::move(call)); });
  router.add<PullChangeDto, PullDto>(
      route(HttpMethod::patch, kOne, "changePull",
            "Pause a pull, let it go on, or give it another URL; viewers stay for the grace"),
      [this](Call call, PullChangeDto wish) { return patch(std::move(call), std::move(wish)); });
  router.add<NoBody, NoContent>(
      route(HttpMethod::del, kOne, "removePull", "Stop taking a stream; its viewers stay for the grace"),
      [this](Call call) { return del(std::move(call)); });
}

Task<Reply<PullDto>> PullApi::create(MediaActor who, PullWishDto wish, std::optional<IdempotencyKey> once) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  if (!is_stream_name(wish.stream)) co_return Error{ErrorKind::invalid_input, "stream.name"};
  if (!read_pull_url(wish.url)) co_return wrong_url();
  StoredPull pull;
  pull.id = uses_.ids.next<PullId>();
  pull.stream = std::move(wish.stream);
  pull.sealed_url = seal_pull_url(uses_.cipher, pull.id, wish.url);
  pull.created = uses_.clock.wall();
  auto work = [pull, once](Transaction& transaction) -> Result<StoredPull> {
    if (once) {
      const auto before = find_effect(transaction, *once);
      if (!before) return before.error();
      if (*before) return find_pull(transaction, PullId{**before});
    }
    if (auto added = add_pull(transaction, pull); !added) return added.error();
    if (!once) return pull;
    if (auto kept = record_effect(transaction, *once, pull.id.value, pull.created); !kept)
      return kept.error();
    return pull;
  };
  auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  if (stored->id == pull.id) {
    begin(*stored);
    MediaChange change{.act = "pull.create", .subject = subject_of(*stored)};
    co_await uses_.audit.note(std::move(who), std::move(change));
  }
  co_return co_await describe(*std::move(stored));
}

void PullApi::begin(const StoredPull& pull) {
  if (!uses_.runs_pulls || pull.pause) return;
  const auto url = open_pull_url(uses_.cipher, pull);
  if (!url) {
    log_error("media.pull_unreadable", {{"stream", pull.stream}, {"why", url.error().reason}});
    return;
  }
  uses_.pulls.start({pull.id, pull.stream, *url});
}

Task<Result<void>> PullApi::resume() {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  auto work = [](Transaction& transaction) { return list_pulls(transaction); };
  const auto pulls = co_await database->read(std::move(work));
  if (!pulls) co_return pulls.error();
  for (const StoredPull& pull : *pulls) begin(pull);
  co_return Result<void>();
}

Task<Reply<PullListDto>> PullApi::list() {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  auto work = [](Transaction& transaction) { return list_pulls(transaction); };
  auto pulls = co_await database->read(std::move(work));
  if (!pulls) co_return pulls.error();
  PullListDto out;
  for (StoredPull& pull : *pulls) {
    auto item = co_await describe(std::move(pull));
    out.items.push_back(std::move(item));
  }
  co_return out;
}

Task<PullDto> PullApi::describe(StoredPull pull) {
  PullDto out;
  out.pull_id = pull.id;
  out.stream = pull.stream;
  if (const auto url = open_pull_url(uses_.cipher, pull)) out.url = url->shown();
  out.created_at_ms = pull.created.ms;
  out.since_ms = pull.created.ms;
  if (pull.pause) {
    out.state = PullActivity::paused;
    out.paused_by = pull.pause;
    out.since_ms = pull.paused.value_or(pull.created).ms;
    co_return out;
  }
  const auto view = co_await uses_.pulls.view(pull.id, pull.stream);
  if (!view) co_return out;
  out.state = static_cast<PullActivity>(view->state);
  out.since_ms = view->since.ms;
  out.connections = view->connections;
  if (!view->error.empty()) out.error = std::string(view->error);
  co_return out;
}

// Answers the pull as it is written now.
Task<Result<StoredPull>> PullApi::write_change(PullId id, PullChangeDto wish, std::optional<PullPause> by) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  std::optional<std::string> sealed;
  if (wish.url) sealed = seal_pull_url(uses_.cipher, id, *wish.url);
  auto work = [id, wish, sealed, by,
               now = uses_.clock.wall()](Transaction& transaction) -> Result<StoredPull> {
    auto pull = find_pull(transaction, id);
    if (!pull) return pull;
    if (sealed) pull->sealed_url = *sealed;
    if (wish.paused == false) {
      pull->pause.reset();
      pull->paused.reset();
    }
    if (wish.paused == true && !pull->pause) {
      pull->pause = by;
      pull->paused = now;
    }
    if (auto changed = change_pull(transaction, *pull); !changed) return changed.error();
    return pull;
  };
  co_return co_await database->write(std::move(work));
}

Task<void> PullApi::stop(StoredPull pull) {
  uses_.book.end_pull(pull.id);
  co_await uses_.pulls.remove(pull.id, std::move(pull.stream));
}

Task<Reply<PullDto>> PullApi::change(MediaActor who, PullId id, PullChangeDto wish) {
  if (wish.url && !read_pull_url(*wish.url)) co_return wrong_url();
  auto pull = co_await write_change(id, wish, PullPause::staff);
  if (!pull) co_return pull.error();
  if (pull->pause || wish.url) co_await stop(*pull);
  begin(*pull);
  std::string act = "pull.change";
  if (!wish.url && wish.paused) act = *wish.paused ? "pull.pause" : "pull.resume";
  MediaChange change{.act = std::move(act), .subject = subject_of(*pull)};
  co_await uses_.audit.note(std::move(who), std::move(change));
  co_return co_await describe(*std::move(pull));
}

Task<Result<void>> PullApi::pause_kicked(PullId id, std::string stream) {
  co_await uses_.pulls.remove(id, std::move(stream));
  PullChangeDto wish;
  wish.paused = true;
  const auto paused = co_await write_change(id, std::move(wish), PullPause::kicked);
  if (!paused) co_return paused.error();
  co_return Result<void>();
}

Task<Reply<NoContent>> PullApi::remove(MediaActor who, PullId id) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  auto work = [id](Transaction& transaction) { return remove_pull(transaction, id); };
  const auto removed = co_await database->write(std::move(work));
  if (!removed) co_return removed.error();
  co_await stop(*removed);
  MediaChange change{.act = "pull.remove", .subject = subject_of(*removed)};
  co_await uses_.audit.note(std::move(who), std::move(change));
  co_return NoContent{};
}

Task<Reply<PullDto>> PullApi::post(Call call, PullWishDto wish) {
  const IdempotencyKey once{call.caller.staff->id.str() + " createPull", call.idempotency_key,
                            call.body_digest};
  MediaActor who = media_actor(call);
  co_return co_await create(std::move(who), std::move(wish), once);
}

Task<Reply<PullListDto>> PullApi::get(Call) {
  co_return co_await list();
}

Task<Reply<PullDto>> PullApi::patch(Call call, PullChangeDto wish) {
  const auto id = PullId::parse(call.param("pull_id"));
  if (!id) co_return kNone;
  MediaActor who = media_actor(call);
  co_return co_await change(std::move(who), *id, std::move(wish));
}

Task<Reply<NoContent>> PullApi::del(Call call) {
  const auto id = PullId::parse(call.param("pull_id"));
  if (!id) co_return kNone;
  MediaActor who = media_actor(call);
  co_return co_await remove(std::move(who), *id);
}

}  // namespace vitrine
