// The right to write one schema (SHOP-RULES 4): an advisory lock held by the very connection that commits,
// so that it dies with it, and an epoch in the schema that every commit compares.
//
// Thread  the one that uses the connection.
// Never   waits longer than it is told.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "store/postgres/connection.h"

namespace vitrine {

// Who holds a lock: the server's process, and when it began (numbers of processes come again).
struct LockHolder {
  int64_t backend = 0;
  std::string began;
};

// True when this connection now holds the lock `name`.
Result<bool> try_take_lock(PostgresConnection& connection, const std::string& name);
// Who holds it; empty when nobody does.
Result<std::optional<LockHolder>> lock_holder(PostgresConnection& connection, const std::string& name);
// Ends the holder's connection, and what it had not committed with it.
Result<void> end_holder(PostgresConnection& connection, const LockHolder& holder);
// Takes the lock from whoever has it. Errors: `unavailable` "store.locked" when that takes over `most`.
Result<void> take_lock(PostgresConnection& connection, const std::string& name,
                       std::chrono::milliseconds most);
// When the session of `backend` began, as LockHolder says it.
Result<std::string> backend_began(PostgresConnection& connection, int64_t backend);

}  // namespace vitrine
