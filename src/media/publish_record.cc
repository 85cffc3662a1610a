#include "media/publish_record.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.h"
#include "media/webhook/webhook_store.h"
#include "runtime/guarded.h"
#include "runtime/stop_gate.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr size_t kBatch = 100;
constexpr Milliseconds kRetry{1'000};
constexpr Milliseconds kLeave{500};
constexpr std::string_view kServerEnded = "server_ended";

struct Change {
  Publish publish;
  std::string_view stop;  // empty: it began
  WallTime at;
};

std::string body_of(const Change& change, DeliveryId id) {
  const Publish& publish = change.publish;
  boost::json::object out{{"id", id.str()},
                          {"kind", change.stop.empty() ? "stream.published" : "stream.unpublished"},
                          {"at_ms", change.at.ms},
                          {"publish", encode_id("pub_", publish.id)},
                          {"stream", publish.stream},
                          {"address", publish.address},
                          {"encoder", publish.encoder},
                          {"started_at_ms", publish.since.ms}};
  if (publish.pull)
    out["pull_id"] = publish.pull.str();
  else
    out["key_id"] = publish.key.str();
  if (!change.stop.empty()) out["reason"] = change.stop;
  return boost::json::serialize(out);
}

Result<void> write_down(Transaction& transaction, const Change& change) {
  const Publish& publish = change.publish;
  if (!change.stop.empty()) {
    const auto ended = transaction.execute("DELETE FROM publishes WHERE id = $1", publish.id);
    return ended ? Result<void>() : Result<void>(ended.error());
  }
  const auto begun = transaction.execute(
      "INSERT INTO publishes (id, shop_id, stream, key, pull, address, encoder, started_ms) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
      publish.id, kShop, publish.stream, publish.key, publish.pull, publish.address, publish.encoder,
      publish.since);
  if (!begun) return begun.error();
  if (publish.pull) return {};
  const auto used =
      transaction.execute("UPDATE stream_keys SET used_ms = $1 WHERE id = $2", publish.since, publish.key);
  return used ? Result<void>() : Result<void>(used.error());
}

// Answers how many deliveries found no place.
Result<int64_t> write_all(Transaction& transaction, IdSource& ids, const std::vector<Change>& changes,
                          WallTime now) {
  int64_t dropped = 0;
  for (const Change& change : changes) {
    if (auto written = write_down(transaction, change); !written) return written.error();
    const auto without = queue_deliveries(
        transaction, ids, change.stop.empty() ? "stream.published" : "stream.unpublished",
        change.publish.stream, [&](DeliveryId id) { return body_of(change, id); }, now);
    if (!without) return without.error();
    dropped += *without;
  }
  return dropped;
}

Result<std::vector<Change>> left_open(Transaction& transaction, WallTime now) {
  const auto rows = transaction.query(
      "SELECT id, stream, key, address, encoder, started_ms, pull FROM publishes ORDER BY id LIMIT 10000");
  if (!rows) return rows.error();
  std::vector<Change> out;
  for (const auto& row : *rows) {
    Change& change = out.emplace_back();
    change.publish.id = row.integer(0);
    change.publish.stream = row.text(1);
    change.publish.key = row.id<KeyId>(2);
    change.publish.address = row.text(3);
    change.publish.encoder = row.text(4);
    change.publish.since = row.time(5);
    change.publish.pull = row.id<PullId>(6);
    change.stop = kServerEnded;
    change.at = now;
  }
  return out;
}

}  // namespace

struct PublishRecord::State {
  explicit State(Uses u) : uses(std::move(u)), timer(uses.home.io()) {}

  void count_dropped(int64_t dropped) {
    add(counter(uses.metrics, "vitrine_webhook_dropped_total",
                "deliveries not queued because too many waited"),
        static_cast<double>(dropped));
  }
  // The oldest that wait, which stay until they are written.
  std::vector<Change> oldest() const {
    return waiting.with([](const std::deque<Change>& all) {
      return std::vector<Change>(all.begin(),
                                 all.begin() + static_cast<ptrdiff_t>(std::min(all.size(), kBatch)));
    });
  }
  Task<Result<void>> write_oldest() {
    std::vector<Change> batch = oldest();
    if (batch.empty()) co_return Result<void>();
    const size_t count = batch.size();
    auto work = [this, batch = std::move(batch), now = uses.clock.wall()](Transaction& transaction) {
      return write_all(transaction, uses.ids, batch, now);
    };
    const auto dropped = co_await uses.database.write(std::move(work));
    if (!dropped) co_return dropped.error();
    if (*dropped > 0) count_dropped(*dropped);
    waiting.with([count](std::deque<Change>& all) {
      all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(count));
    });
    uses.queued();
    co_return Result<void>();
  }

  Uses uses;
  Guarded<std::deque<Change>> waiting;
  boost::asio::steady_timer timer;
  bool closed = false;
  StopGate gate;
};

PublishRecord::PublishRecord(Uses uses) : state_(std::make_shared<State>(std::move(uses))) {}
PublishRecord::~PublishRecord() = default;

Task<Result<void>> PublishRecord::start() {
  State& state = *state_;
  auto work = [&state, now = state.uses.clock.wall()](Transaction& transaction) -> Result<int64_t> {
    const auto open = left_open(transaction, now);
    if (!open) return open.error();
    return write_all(transaction, state.uses.ids, *open, now);
  };
  const auto told = co_await state.uses.database.write(std::move(work));
  if (!told) co_return told.error();
  state.uses.home.spawn(run(state_));
  co_return Result<void>();
}

void PublishRecord::note(const Publish& publish, PublishStop stop) {
  const auto why =
      stop == PublishStop::none ? std::string_view() : enum_names(stop)[static_cast<size_t>(stop)];
  const bool kept = state_->waiting.with([&](std::deque<Change>& all) {
    if (all.size() >= kWaitingMax) return false;
    all.push_back({publish, why, state_->uses.clock.wall()});
    return true;
  });
  if (!kept) state_->count_dropped(1);
  state_->uses.home.post([state = state_] { state->timer.cancel(); });
}

Task<void> PublishRecord::run(std::shared_ptr<State> state) {
  const auto pass = state->gate.enter();
  while (pass && !state->closed) {
    const auto written = co_await state->write_oldest();
    if (state->closed) co_return;
    if (!written) log_error("media.publish_not_recorded", {{"why", written.error().reason}});
    const bool empty = state->waiting.with([](const auto& all) { return all.empty(); });
    if (written && !empty) continue;
    boost::system::error_code ended;
    state->timer.expires_after(kRetry);
    co_await state->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
  }
}

Task<void> PublishRecord::close() {
  state_->closed = true;
  state_->timer.cancel();
  co_await state_->gate.close(kLeave);
  Result<void> written;
  while (written && !state_->oldest().empty()) written = co_await state_->write_oldest();
  if (!written) log_error("media.publish_not_recorded", {{"why", written.error().reason}});
}

}  // namespace vitrine
