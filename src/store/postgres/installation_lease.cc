#include "store/postgres/installation_lease.h"

#include "base/log.h"
#include "store/postgres/schema_lock.h"
#include "store/postgres/url.h"

namespace vitrine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBeatEvery{1'000};
constexpr milliseconds kSilent{4'000};
constexpr milliseconds kLookEvery{200};
constexpr Error kTaken{ErrorKind::conflict, "store.installation_taken"};

}  // namespace

InstallationLease::InstallationLease(LeaseOptions options, PostgresConnection::Settings settings)
    : options_(std::move(options)), settings_(std::move(settings)), seen_at_(steady_clock::now()) {}

InstallationLease::~InstallationLease() {
  stop_.close();
  if (thread_.joinable()) thread_.join();
}

void InstallationLease::on_lost(std::function<void()> tell) {
  tell_lost_.with([&](std::function<void()>& kept) { kept = std::move(tell); });
}

Result<std::unique_ptr<InstallationLease>> InstallationLease::acquire(LeaseOptions options) {
  const auto url = parse_postgres_url(options.url);
  if (!url) return url.error();
  std::unique_ptr<InstallationLease> lease(new InstallationLease(
      std::move(options), {.url = url->connect, .schema = url->schema_prefix + "vitrine"}));
  while (true) {
    const auto owned = lease->try_acquire();
    if (owned && *owned) break;
    // Without an owner we know of, a server that cannot be reached is a wrong URL; else it may come back.
    if (!owned && lease->seen_beat_ < 0) return owned.error();
    if (owned && !lease->options_.waiting && lease->seen_beat_ >= 0) return kTaken;
    std::this_thread::sleep_for(kLookEvery);
  }
  lease->thread_ = std::thread([raw = lease.get()] { raw->beat_for_ever(); });
  return lease;
}

Result<bool> InstallationLease::try_acquire() {
  if (!connection_ || connection_->fault()) {
    auto opened = PostgresConnection::open(settings_);
    if (!opened) return opened.error();
    connection_ = std::move(*opened);
  }
  const auto locked = try_take_lock(*connection_, settings_.schema);
  if (!locked) return locked.error();
  if (*locked) {
    if (auto owned = own(); !owned) return owned.error();
    return true;
  }
  if (auto watched = watch_owner(); !watched) return watched.error();
  return false;
}

Result<void> InstallationLease::own() {
  const std::string made =
      "CREATE SCHEMA IF NOT EXISTS " + settings_.schema +
      "; CREATE TABLE IF NOT EXISTS installation (epoch BIGINT NOT NULL, beat BIGINT NOT NULL, owner TEXT "
      "NOT "
      "NULL) WITH (fillfactor = 10);"
      "INSERT INTO installation SELECT 0, 0, '' WHERE NOT EXISTS (SELECT 1 FROM installation)";
  if (auto ran = connection_->run_script(made); !ran) return ran;
  const std::array<SqlValue, 1> name{to_sql(options_.name)};
  const auto raised = connection_->query(
      "UPDATE installation SET epoch = epoch + 1, beat = beat + 1, owner = $1 RETURNING epoch", name);
  if (!raised) return raised.error();
  epoch_ = raised->front().integer(0);
  log_info("store.installation_owned", {{"epoch", epoch_}});
  return {};
}

// Ends the owner's connection when its beat has stood still for too long; the lock is free then.
Result<void> InstallationLease::watch_owner() {
  const auto rows = connection_->query("SELECT beat, owner FROM installation");
  if (!rows && rows.error().kind == ErrorKind::internal) {
    connection_->clear_fault();  // whoever holds the lock is making the table at this moment
    return {};
  }
  if (!rows) return rows.error();
  const int64_t beat = rows->front().integer(0);
  const auto now = steady_clock::now();
  if (beat != seen_beat_) {
    if (seen_beat_ < 0 && options_.waiting) options_.waiting(rows->front().text(1));
    seen_beat_ = beat;
    seen_at_ = now;
    return {};
  }
  if (now - seen_at_ < kSilent) return {};
  const auto holder = lock_holder(*connection_, settings_.schema);
  if (!holder) return holder.error();
  log_warn("store.owner_silent", {{"owner", rows->front().text(1)}});
  if (*holder) return end_holder(*connection_, **holder);
  return {};
}

void InstallationLease::beat_for_ever() {
  while (!stop_.closed()) {
    if (beat() == Beat::lost) {
      log_error("store.installation_lost", {{"epoch", epoch_}});
      if (const auto tell = tell_lost_.with([](const auto& kept) { return kept; })) tell();
      return;
    }
    (void)stop_.take_within(1, kBeatEvery);
  }
}

InstallationLease::Beat InstallationLease::beat() {
  if (!connection_ || connection_->fault()) {
    const auto locked = lock_again();
    if (!locked) return locked.error().kind == ErrorKind::conflict ? Beat::lost : Beat::unreachable;
    if (!*locked) return Beat::unreachable;
  }
  const std::array<SqlValue, 1> epoch{to_sql(epoch_)};
  const auto counted =
      connection_->execute("UPDATE installation SET beat = beat + 1 WHERE epoch = $1", epoch);
  if (!counted) return Beat::unreachable;
  return *counted == 1 ? Beat::ours : Beat::lost;
}

// A new connection after the last one broke. `conflict` when the installation has another owner by now.
Result<bool> InstallationLease::lock_again() {
  connection_.reset();
  auto opened = PostgresConnection::open(settings_);
  if (!opened) return opened.error();
  const auto rows = (*opened)->query("SELECT epoch FROM installation");
  if (!rows) return rows.error();
  if (rows->front().integer(0) != epoch_) return kTaken;
  const auto locked = try_take_lock(**opened, settings_.schema);
  if (!locked) return locked.error();
  if (*locked) connection_ = std::move(*opened);
  return *locked;
}

}  // namespace vitrine
