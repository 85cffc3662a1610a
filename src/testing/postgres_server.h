// A PostgreSQL of the test's own: a private cluster in a folder of its own, reachable by a unix socket only,
// with fsync on, run by an unprivileged user when the test is root. It ends with the process that started it.
//
// Owns    the server process and its folder.
// Thread  the test's main one (the server ends when that thread does).
// Never   touches a PostgreSQL that was there before.
#pragma once

#include <sys/types.h>

#include <string>

namespace vitrine {

class PostgresServer {
 public:
  // In memory when the machine has /dev/shm and `on_disk` is false.
  explicit PostgresServer(bool on_disk = false);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // "postgres://vitrine@/vitrine?host=..."; `schema_prefix` keeps tests apart on one server.
  std::string url(const std::string& schema_prefix = {}) const;
  // Ends every connection at once as a crash would, and starts again.
  void crash();
  void stop();
  void start();
  pid_t pid() const { return pid_; }
  // Where its files lie.
  const std::string& folder() const { return folder_; }

 private:
  pid_t run(const std::string& command) const;
  void must(const std::string& command) const;

  std::string folder_;
  std::string programs_;
  pid_t pid_ = 0;
};

// The server all tests of this process share, started when it is first asked for.
PostgresServer& shared_postgres();

// A place of its own on the shared server for whoever has the folder `folder`.
std::string shared_database_url(const std::string& folder);
// Where a test with the folder `folder` keeps its databases: "" for SQLite, a URL of its own on the shared
// server when VITRINE_TEST_ENGINE=postgres.
std::string test_database_url(const std::string& folder);
bool testing_on_postgres();
// Tests that fork call it first, so that the children find a server instead of each starting its own.
void start_test_engine();

}  // namespace vitrine
