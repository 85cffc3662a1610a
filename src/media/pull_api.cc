#include "media/pull_api.h"

#include "base/log.h"
#include "media/protocol/stream_name.h"
#include "store/idempotency.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "media.unavailable"};

Problem wrong_url() {
  Problem out(ErrorKind::invalid_input, "pull.url",
              "A pull's URL is rtmp://HOST/APP/STREAM, or http://HOST/PATH of an FLV stream (rtmps and https "
              "too), without a user name.");
  out.field = "/url";
  return out;
}

}  // namespace

void PullApi::add_routes(Router& router) {
  router.add<PullWishDto, PullDto>(
      {.method = HttpMethod::post,
       .path = "/v1/pulls",
       .operation = "createPull",
       .tag = "media",
       .summary = "Take another server's stream as one of ours, until it is removed",
       .access = Access::staff,
       .right = Right::stream_key,
       .idempotent = true,
       .status = 201},
      [this](Call call, PullWishDto wish) { return create(std::move(call), std::move(wish)); });
  router.add<NoBody, PullListDto>({.path = "/v1/pulls",
                                   .operation = "pulls",
                                   .tag = "media",
                                   .summary = "Streams taken from other servers, and how that goes",
                                   .access = Access::staff,
                                   .right = Right::stream_key},
                                  [this](Call call) { return list(std::move(call)); });
  router.add<NoBody, NoContent>({.method = HttpMethod::del,
                                 .path = "/v1/pulls/{pull_id}",
                                 .operation = "removePull",
                                 .tag = "media",
                                 .summary = "Stop taking a stream; its viewers stay for the grace",
                                 .access = Access::staff,
                                 .right = Right::stream_key,
                                 .status = 204},
                                [this](Call call) { return remove(std::move(call)); });
}

Task<Reply<PullDto>> PullApi::create(Call call, PullWishDto wish) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  if (!is_stream_name(wish.stream)) co_return Error{ErrorKind::invalid_input, "stream.name"};
  if (!read_pull_url(wish.url)) co_return wrong_url();
  StoredPull pull{uses_.ids.next<PullId>(), std::move(wish.stream), std::move(wish.url), uses_.clock.wall()};
  const IdempotencyKey once{call.caller.staff->id.str() + " createPull", call.idempotency_key,
                            call.body_digest};
  auto work = [pull, once](Transaction& transaction) -> Result<StoredPull> {
    const auto before = find_effect(transaction, once);
    if (!before) return before.error();
    if (*before) return find_pull(transaction, PullId{**before});
    if (auto added = add_pull(transaction, pull); !added) return added.error();
    if (auto kept = record_effect(transaction, once, pull.id.value, pull.created); !kept) return kept.error();
    return pull;
  };
  auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  if (stored->id == pull.id) begin(*stored);
  co_return co_await describe(*std::move(stored));
}

void PullApi::begin(const StoredPull& pull) {
  const auto url = read_pull_url(pull.url);
  if (!url) {
    log_error("media.pull_unreadable", {{"stream", pull.stream}});
    return;
  }
  uses_.pulls.start({pull.id, pull.stream, *url});
}

Task<Result<std::vector<StoredPull>>> PullApi::stored() {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  auto work = [](Transaction& transaction) { return list_pulls(transaction); };
  co_return co_await database->read(std::move(work));
}

Task<Result<void>> PullApi::resume() {
  const auto pulls = co_await stored();
  if (!pulls) co_return pulls.error();
  for (const StoredPull& pull : *pulls) begin(pull);
  co_return Result<void>();
}

Task<Reply<PullListDto>> PullApi::list(Call) {
  auto pulls = co_await stored();
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
  if (const auto url = read_pull_url(pull.url)) out.url = url->shown();
  out.created_at_ms = pull.created.ms;
  out.since_ms = pull.created.ms;
  const auto view = co_await uses_.pulls.view(pull.id, pull.stream);
  if (!view) co_return out;
  out.state = view->state;
  out.since_ms = view->since.ms;
  out.connections = view->connections;
  if (!view->error.empty()) out.error = std::string(view->error);
  co_return out;
}

Task<Reply<NoContent>> PullApi::remove(Call call) {
  Database* database = uses_.database;
  if (database == nullptr) co_return kUnavailable;
  const auto id = PullId::parse(call.param("pull_id"));
  if (!id) co_return Error{ErrorKind::not_found, "pull.none"};
  auto work = [id = *id](Transaction& transaction) { return remove_pull(transaction, id); };
  auto removed = co_await database->write(std::move(work));
  if (!removed) co_return removed.error();
  co_await uses_.pulls.remove(removed->id, std::move(removed->stream));
  co_return NoContent{};
}

}  // namespace vitrine
