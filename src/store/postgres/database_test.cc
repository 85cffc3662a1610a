// What is PostgreSQL's own: a lost COMMIT is read back, a schema has one writer, and a server that crashes
// loses nothing that was answered.
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <filesystem>

#include "base/log.h"
#include "base/random.h"
#include "store/postgres/installation_lease.h"
#include "store/postgres/url.h"
#include "store/test_database.h"
#include "store/test_disk.h"

namespace vitrine {
namespace {

class PostgresDatabaseTest : public ::testing::Test, protected NotesDatabase {
 protected:
  PostgresDatabaseTest() : NotesDatabase(Engine::postgres) {}
  // Writes are refused while the connection is made anew; refused means that nothing was kept.
  Result<void> add_patiently(int64_t id) {
    Result<void> added = add(id);
    while (!added && added.error().kind == ErrorKind::unavailable) added = add(id);
    return added;
  }
};

TEST_F(PostgresDatabaseTest, AThousandCutsBetweenCommitAndReplyGiveEachCallerTheCommittedAnswer) {
  set_log_level(LogLevel::off);
  CommitCounter cuts;
  open(&cuts);
  for (int64_t id = 1; id <= 1'000; ++id) {
    cuts.next = StoreHooks::Commit::lose;
    ASSERT_TRUE(add_patiently(id)) << id;
  }
  set_log_level(LogLevel::info);
  EXPECT_EQ(count(), 1'000);
  EXPECT_EQ(count("SELECT max(n) FROM outbox"), 1'000) << "and the events know of no gap";
  EXPECT_EQ(count("SELECT count(*) FROM outbox"), 1'000);
}

TEST_F(PostgresDatabaseTest, AConnectionCutBeforeTheCommitIsRolledBackAndSaidSo) {
  CommitCounter cuts;
  open(&cuts);
  cuts.next = StoreHooks::Commit::refuse;
  EXPECT_EQ(add(1).error(), (Error{ErrorKind::unavailable, "store.io"}));
  ASSERT_TRUE(add_patiently(2));
  EXPECT_EQ(count(), 1);
}

TEST_F(PostgresDatabaseTest, WhoeverOpensASchemaWritesItAndTheFormerWriterIsFencedForGood) {
  open();
  ASSERT_TRUE(add(1));
  const std::unique_ptr<Database> former = std::move(database);
  open();
  ASSERT_TRUE(add(2));
  const auto late = [](Transaction& tx) { return tx.execute("INSERT INTO notes VALUES (3, 'too late')"); };
  for (int attempt = 0; attempt < 3; ++attempt) EXPECT_FALSE(wait_on(core(), former->write(late)));
  while (former->health()->reason != std::string_view("store.not_owner")) std::this_thread::yield();
  ASSERT_TRUE(add(4)) << "the new writer keeps its schema";
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(count("SELECT count(*) FROM notes WHERE id = 3"), 0);
  former->close();
}

TEST_F(PostgresDatabaseTest, AServerThatCrashesLosesNothingThatWasAnswered) {
  open();
  int64_t answered = 0;
  for (int64_t id = 1; id <= 50; ++id) {
    if (id == 25) shared_postgres().crash();
    const Result<void> added = add_patiently(id);
    ASSERT_TRUE(added) << added.error().reason;
    ++answered;
  }
  EXPECT_EQ(count(), answered);
}

// The schema's tables on a disk of their own that fills up; where nothing may be mounted, a trigger says of
// every row what the server says of a full disk.
class FullDisk {
 public:
  FullDisk(const std::string& folder, std::string url) : disk_(folder, "3m"), url_(std::move(url)) {
    if (!disk_.mounted()) return;
    std::filesystem::permissions(folder, std::filesystem::perms::others_exec,
                                 std::filesystem::perm_options::add);
    check(chown(disk_.path().c_str(), postgres_user(), static_cast<gid_t>(-1)) == 0, "the server's folder");
    run("CREATE TABLESPACE small LOCATION '" + disk_.path() + "'",
        "ALTER DATABASE vitrine SET default_tablespace = small");
  }
  void fill() {
    if (disk_.mounted()) return;
    run("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING "
        "ERRCODE = '53100'; END $$; CREATE TRIGGER full_disk BEFORE INSERT ON notes FOR EACH ROW EXECUTE "
        "FUNCTION full_disk()");
  }
  void grow() {
    disk_.grow();
    if (!disk_.mounted()) run("DROP FUNCTION full_disk CASCADE");
  }
  // Before the disk goes: the server must not look for what was on it.
  void forget() {
    if (!disk_.mounted()) return;
    run("ALTER DATABASE vitrine RESET default_tablespace");
    run("DROP SCHEMA " + schema() + " CASCADE", "DROP TABLESPACE small");
  }

 private:
  std::string schema() const { return parse_postgres_url(url_)->schema_prefix + "test"; }
  static uid_t postgres_user() {
    const passwd* user = getpwnam("postgres");
    return getuid() == 0 && user != nullptr ? user->pw_uid : getuid();
  }
  void run(const std::string& sql, const std::string& then = {}) {
    auto connection =
        PostgresConnection::open({.url = parse_postgres_url(url_)->connect, .schema = schema()});
    check(connection.ok() && (*connection)->run_script(sql).ok(), "the test's own statement works");
    if (!then.empty()) check((*connection)->run_script(then).ok(), "the test's own statement works");
  }

  SmallDisk disk_;
  std::string url_;
};

TEST_F(PostgresDatabaseTest, AFullDiskLosesNothingThatWasAnsweredAndMendsByItself) {
  set_log_level(LogLevel::off);
  FullDisk disk(folder.path(), options().url);
  open();
  SeededRandom random(1);
  const auto large = [&] { return random_hex(random, 10'000); };  // does not compress
  int64_t kept = 0;
  Result<void> last = add(kept, large());
  for (; last && kept < 1'000; last = add(kept, large())) {
    if (++kept == 20) disk.fill();
  }
  ASSERT_FALSE(last) << "1,000 notes of 20 kB do not fit";
  EXPECT_EQ(last.error(), (Error{ErrorKind::unavailable, "store.full"}));
  EXPECT_EQ(count(), kept) << "reads go on";
  disk.grow();
  while (!add(100'000, large())) std::this_thread::yield();
  EXPECT_FALSE(database->health());
  EXPECT_EQ(count(), kept + 1);
  EXPECT_EQ(count("SELECT count(*) FROM outbox"), kept + 1) << "each note has its event";
  EXPECT_EQ(count("SELECT max(n) FROM outbox"), kept + 1) << "without gaps";
  database->close();
  disk.forget();
  set_log_level(LogLevel::info);
}

TEST_F(PostgresDatabaseTest, ABatchOfRowsIsOneInsertThatKeepsNullsTextAndBytes) {
  open();
  const auto work = [](Transaction& tx) -> Result<int64_t> {
    auto made = tx.execute("CREATE TABLE kept (n BIGINT, word TEXT, raw BYTEA, same TEXT)");
    if (!made) return made.error();
    const std::vector<SqlValue> rows{to_sql(1),
                                     to_sql("茶 'quoted'"),
                                     Blob{std::string("\0\xFF", 2)},
                                     to_sql("x"),
                                     SqlValue{},
                                     SqlValue{},
                                     SqlValue{},
                                     to_sql("x"),
                                     to_sql(3),
                                     to_sql(""),
                                     Blob{""},
                                     to_sql("x")};
    constexpr size_t kColumns = 4;
    auto put =
        tx.execute_rows("INSERT INTO kept (n, word, raw, same) VALUES ($1, $2, $3, $4)", kColumns, rows);
    if (!put) return put.error();
    auto read = tx.query("SELECT n, word, raw, same FROM kept ORDER BY n");
    if (!read) return read.error();
    EXPECT_EQ((*read)[0].text(1), "茶 'quoted'");
    EXPECT_EQ((*read)[0].blob(2), std::string("\0\xFF", 2));
    EXPECT_EQ((*read)[1].text(1), "");
    EXPECT_TRUE((*read)[2].is_null(0) && (*read)[2].is_null(1) && (*read)[2].is_null(2));
    return static_cast<int64_t>(read->size());
  };
  EXPECT_EQ(write(work).value(), 3);
}

// Two owners of one installation: the second waits until the first is gone.
TEST(InstallationLease, OneOwnsAndTheNextComesWhenItEnds) {
  const TestFolder folder;
  const std::string url = shared_database_url(folder.path());
  auto first = InstallationLease::acquire({.url = url, .name = "first", .waiting = {}});
  ASSERT_TRUE(first);
  EXPECT_EQ(InstallationLease::acquire({.url = url, .name = "command", .waiting = {}}).error(),
            (Error{ErrorKind::conflict, "store.installation_taken"}));
  std::promise<std::string> waits_for;
  auto second = std::async(std::launch::async, [&] {
    return InstallationLease::acquire({.url = url,
                                       .name = "second",
                                       .waiting = [&](const auto& owner) { waits_for.set_value(owner); }})
        .ok();
  });
  EXPECT_EQ(waits_for.get_future().get(), "first");
  first->reset();
  EXPECT_TRUE(second.get());
}

}  // namespace
}  // namespace vitrine
