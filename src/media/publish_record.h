// Writes down who comes and goes to publish: the deliveries webhooks are to get, when a key was last used,
// and which publishes are open, so that a server that was killed can still tell their end.
//
// Owns    what has happened and is not written yet, at most kWaitingMax; over it the newest is counted as
//         dropped. Owns the table publishes of the media module's database.
// Thread  start() and close() on the home core; note() from any.
// Never   is waited for by a publisher.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "media/access/publisher_book.h"
#include "runtime/core.h"
#include "runtime/metrics.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kPublishesTable = R"sql(
CREATE TABLE publishes (
  id BIGINT PRIMARY KEY, shop_id TEXT NOT NULL, stream TEXT NOT NULL, key BIGINT NOT NULL,
  address TEXT NOT NULL, encoder TEXT NOT NULL, started_ms BIGINT NOT NULL);
)sql";
// For a later migration: a pull publishes without a key.
inline constexpr std::string_view kPublishesPull =
    "ALTER TABLE publishes ADD COLUMN pull BIGINT NOT NULL DEFAULT 0;";

class PublishRecord {
 public:
  static constexpr size_t kWaitingMax = 10'000;

  struct Uses {
    Core& home;
    Database& database;
    IdSource& ids;
    const Clock& clock;
    prometheus::Registry& metrics;
    std::function<void()> queued;  // after each commit, on the home core
  };
  explicit PublishRecord(Uses uses);
  ~PublishRecord();

  // First tells the end of the publishes a killed server left open.
  Task<Result<void>> start();
  void note(const Publish& publish, PublishStop stop);
  // Writes what waits, once, and ends.
  Task<void> close();

 private:
  struct State;
  static Task<void> run(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the loop
};

}  // namespace vitrine
