#include "bus/local/pump.h"

#include <boost/asio/redirect_error.hpp>

#include "base/log.h"

namespace vitrine {
namespace {

// How far a consumer of this source is; rows are kept until all known consumers have them.
constexpr std::string_view kSaySeen =
    "INSERT INTO outbox_reader (consumer, n, seen_ms) VALUES ($1, $2, $3)"
    " ON CONFLICT (consumer) DO UPDATE SET n = excluded.n, seen_ms = excluded.seen_ms";

constexpr int64_t kRowsMost = 200;      // events one transaction applies at most
constexpr int64_t kPruneMost = 5'000;   // rows one pruning deletes at most
constexpr int64_t kRefreshTimes = 360;  // a consumer that stands still is heard of this much less often

Result<int64_t> read_cursor(Transaction& tx, const std::string& consumer, const std::string& source) {
  const auto rows =
      tx.query("SELECT n FROM bus_cursor WHERE consumer = $1 AND source = $2", consumer, source);
  if (!rows) return rows.error();
  return rows->empty() ? 0 : rows->front().integer(0);
}

EventRow event_row(const Row& row) {
  return {.shop_id = row.text(0),
          .n = row.integer(1),
          .kind = row.text(2),
          .schema = static_cast<int>(row.integer(3)),
          .aggregate = row.text(4),
          .version = row.integer(5),
          .payload = row.text(6),
          .at = row.time(7)};
}

}  // namespace

Pump::Pump(Subscription subscription, LocalBusOptions options)
    : subscription_(std::move(subscription)),
      options_(options),
      timer_(subscription_.core->io()),
      rows_max_(kRowsMost),
      prune_at_(clock_.monotonic() + options.prune_every),
      ended_future_(ended_.get_future()) {}

void Pump::start(Database& source) {
  if (started_.exchange(true)) return;
  source_ = &source;
  subscription_.core->spawn(run(shared_from_this()));
}

void Pump::wake() {
  if (wake_posted_.exchange(true)) return;
  subscription_.core->post([self = shared_from_this()] {
    self->wake_posted_ = false;
    self->awake_ = true;
    self->timer_.cancel();
  });
}

std::shared_future<void> Pump::stop() {
  stopping_ = true;
  if (!started_.exchange(true)) ended_.set_value();
  wake();
  return ended_future_;
}

std::optional<std::string> Pump::trouble() const {
  const auto error = trouble_.with([](const auto& kept) { return kept; });
  if (!error) return std::nullopt;
  return subscription_.consumer + ": " + std::string(error->reason);
}

Task<void> Pump::run(std::shared_ptr<Pump> self) {
  while (!self->stopping_) {
    const Turn did = co_await self->turn();
    co_await self->prune();
    if (self->stopping_ || did == Turn::more) continue;
    co_await self->pause(did == Turn::failed ? self->back_off_ : self->options_.poll);
  }
  self->ended_.set_value();
}

// A wake-up ends a poll early, but not a back-off: new events do not mend what failed.
Task<void> Pump::pause(Milliseconds time) {
  if (awake_ && back_off_.count() == 0) {
    awake_ = false;
    co_return;
  }
  timer_.expires_after(time);
  boost::system::error_code cancelled;
  co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  awake_ = false;
}

Task<Pump::Turn> Pump::turn() {
  if (!cursor_) {
    const auto loaded = co_await load_cursor();
    if (!loaded) co_return failed(loaded.error());
  }
  Result<void> done;
  if (unsettled_) {
    done = co_await settle_unknown(unsettled_);
  } else {
    const auto rows = co_await read_on();
    if (!rows) co_return failed(rows.error());
    if ((*rows)->empty()) co_return Turn::idle;
    done = co_await apply(*rows);
  }
  if (!done) co_return failed(done.error());
  trouble_.with([](std::optional<Error>& kept) { kept.reset(); });
  back_off_ = Milliseconds(0);
  rows_max_ = std::min(rows_max_ * 2, kRowsMost);
  co_return Turn::more;
}

// One bad event must not hold back the good ones before it: go on one by one.
Pump::Turn Pump::failed(Error error) {
  const auto known = trouble_.with([&](std::optional<Error>& kept) { return std::exchange(kept, error); });
  if (known != error) log_warn("bus.stuck", {{"consumer", subscription_.consumer}, {"reason", error.reason}});
  rows_max_ = 1;
  back_off_ = std::clamp(back_off_ * 2, options_.back_off_first, options_.back_off_most);
  return Turn::failed;
}

Task<Result<void>> Pump::load_cursor() {
  auto work = [this](Transaction& tx) -> Result<int64_t> {
    const auto made = tx.execute(kBusCursorTable);
    if (!made) return made.error();
    return read_cursor(tx, subscription_.consumer, subscription_.source);
  };
  const auto cursor = co_await subscription_.target->write(std::move(work));
  if (!cursor) co_return cursor.error();
  // Before the first event: another consumer that is further on may otherwise prune what we still need.
  const auto known = co_await be_known(*cursor);
  if (!known) co_return known.error();
  cursor_ = *cursor;
  co_return Result<void>();
}

Task<Result<void>> Pump::be_known(int64_t cursor) {
  auto work = [this, cursor, wall = clock_.wall()](Transaction& tx) -> Result<void> {
    const auto seen = tx.execute(kSaySeen, subscription_.consumer, cursor, wall);
    if (!seen) return seen.error();
    return {};
  };
  co_return co_await source_->write(std::move(work));
}

Task<Result<Pump::Rows>> Pump::read_on() {
  auto work = [after = *cursor_, most = rows_max_](Transaction& tx) -> Result<Rows> {
    const auto rows = tx.query(
        "SELECT shop_id, n, kind, schema, aggregate, version, payload, at_ms FROM outbox"
        " WHERE shard = 0 AND n > $1 ORDER BY n LIMIT $2",
        after, most);
    if (!rows) return rows.error();
    auto events = std::make_shared<std::vector<EventRow>>();
    for (const Row& row : *rows) events->push_back(event_row(row));
    return Rows(std::move(events));
  };
  auto rows = co_await source_->read(std::move(work));
  if (rows && !(*rows)->empty() && *cursor_ > 0 && (*rows)->front().n != *cursor_ + 1)
    log_error("bus.rows_missing", {{"consumer", subscription_.consumer}, {"after", *cursor_}});
  co_return rows;
}

bool Pump::wanted(const EventRow& row) const {
  const auto& kinds = subscription_.kinds;
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), row.kind) != kinds.end();
}

Task<Result<void>> Pump::apply(Rows rows) {
  auto work = [this, rows](Transaction& tx) -> Result<void> {
    for (const EventRow& row : *rows) {
      if (!wanted(row)) continue;
      if (auto applied = subscription_.apply(tx, row); !applied) return applied;
    }
    const auto moved = tx.execute(
        "INSERT INTO bus_cursor (consumer, source, n) VALUES ($1, $2, $3)"
        " ON CONFLICT (consumer, source) DO UPDATE SET n = excluded.n",
        subscription_.consumer, subscription_.source, rows->back().n);
    if (!moved) return moved.error();
    return {};
  };
  const auto done = co_await subscription_.target->write(std::move(work));
  if (!done && done.error().kind == ErrorKind::unknown_outcome) {
    unsettled_ = rows;
    co_return co_await settle_unknown(rows);
  }
  if (!done) {
    tell(subscription_.failed, rows);
    co_return done;
  }
  cursor_ = rows->back().n;
  tell(subscription_.applied, rows);
  co_return Result<void>();
}

// The COMMIT's answer was lost: the cursor says whether the run was applied. It is read, not written:
// reading works while the disk takes no writes.
Task<Result<void>> Pump::settle_unknown(Rows rows) {
  auto work = [this](Transaction& tx) {
    return read_cursor(tx, subscription_.consumer, subscription_.source);
  };
  const auto cursor = co_await subscription_.target->read(std::move(work));
  if (!cursor) co_return Error{ErrorKind::unknown_outcome, cursor.error().reason};
  unsettled_.reset();
  cursor_ = *cursor;
  if (*cursor_ < rows->back().n) {
    tell(subscription_.failed, rows);
    co_return Error{ErrorKind::unavailable, "bus.not_applied"};
  }
  tell(subscription_.applied, rows);
  co_return Result<void>();
}

void Pump::tell(const Listener& listener, const Rows& rows) {
  if (!listener) return;
  std::vector<EventRow> told;
  std::copy_if(rows->begin(), rows->end(), std::back_inserter(told),
               [this](const EventRow& row) { return wanted(row); });
  if (!told.empty()) listener(told);
}

// Says how far this consumer is and deletes what every known consumer has behind it.
Task<void> Pump::prune() {
  const MonotonicTime now = clock_.monotonic();
  const MonotonicTime due =
      cursor_ == pruned_cursor_ ? prune_at_ + kRefreshTimes * options_.prune_every : prune_at_;
  if (!cursor_ || now < due) co_return;
  prune_at_ = now + options_.prune_every;
  auto work = [this, cursor = *cursor_, wall = clock_.wall()](Transaction& tx) -> Result<void> {
    const auto seen = tx.execute(kSaySeen, subscription_.consumer, cursor, wall);
    if (!seen) return seen.error();
    const auto pruned = tx.execute(
        "DELETE FROM outbox WHERE shard = 0"
        " AND n <= (SELECT min(n) FROM outbox_reader WHERE seen_ms > $1)"
        " AND n <= (SELECT min(n) + $2 FROM outbox WHERE shard = 0)",
        wall + -options_.reader_kept, kPruneMost);
    if (!pruned) return pruned.error();
    return {};
  };
  const auto done = co_await source_->write(std::move(work));
  if (done) pruned_cursor_ = cursor_;
}

}  // namespace vitrine
