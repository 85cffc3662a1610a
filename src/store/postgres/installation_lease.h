// The right to run one installation on a PostgreSQL database: of several `vitrine serve` that name the same
// one, exactly one owns it, the others wait. The owner counts a beat in the database; when the beat stands
// still for kSilent, a waiting process ends the owner's connections and takes over. An owner that was only
// stopped finds its connections gone and its epoch past: every commit of its fails.
//
// Owns    a connection that holds the lock, and the thread that beats.
// Thread  acquire() blocks its caller; the lost() callback comes from the lease's own thread.
// Never   decides by a clock of the database or of another machine: it only watches whether a number moves.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "runtime/blocking_queue.h"
#include "runtime/guarded.h"
#include "store/postgres/connection.h"

namespace vitrine {

struct LeaseOptions {
  std::string url;   // as given by --database
  std::string name;  // who we are, for the others' logs: "host:pid"
  // Called once when another process owns the installation, with its name; then waits. Null: never waits.
  std::function<void(const std::string& owner)> waiting;
};

class InstallationLease {
 public:
  // Blocks until we own it. Errors: `invalid_input` "store.database_url", `unavailable` "store.open",
  // `conflict` "store.installation_taken" when it may not wait.
  static Result<std::unique_ptr<InstallationLease>> acquire(LeaseOptions options);
  ~InstallationLease();
  InstallationLease(const InstallationLease&) = delete;
  InstallationLease& operator=(const InstallationLease&) = delete;

  // Called once when another process has taken over: what this one holds in memory is the past.
  void on_lost(std::function<void()> tell);

 private:
  enum class Beat : uint8_t { ours, lost, unreachable };
  InstallationLease(LeaseOptions options, PostgresConnection::Settings settings);

  Result<bool> try_acquire();
  Result<void> own();
  Result<void> watch_owner();
  void beat_for_ever();
  Beat beat();
  Result<bool> lock_again();

  LeaseOptions options_;
  PostgresConnection::Settings settings_;
  std::unique_ptr<PostgresConnection> connection_;
  int64_t epoch_ = 0;
  int64_t seen_beat_ = -1;
  std::chrono::steady_clock::time_point seen_at_;
  Guarded<std::function<void()>> tell_lost_;
  BlockingQueue<int> stop_{1};  // closed: the thread ends
  std::thread thread_;
};

}  // namespace vitrine
