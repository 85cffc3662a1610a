// A snapshot taken on either engine under writes restores into either, with the same rows, and says so when a
// byte of it is another.
#include "store/backup/snapshot.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "store/backup/tables.h"
#include "store/test_database.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;

const std::vector<Migration> kThings{
    {1,
     "CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, amount BIGINT, bytes BLOB);"
     "CREATE TABLE kept (n BIGINT NOT NULL PRIMARY KEY);"
     "CREATE TRIGGER kept_stays BEFORE DELETE ON kept BEGIN SELECT RAISE(ABORT, 'stays'); END;"},
    {2, "ALTER TABLE things ADD COLUMN about TEXT NOT NULL DEFAULT '';"}};

struct Ways {
  Engine from;
  Engine to;
};

std::string ways_name(const ::testing::TestParamInfo<Ways>& info) {
  const auto name = [](Engine engine) { return engine == Engine::sqlite ? "sqlite" : "postgres"; };
  return std::string(name(info.param.from)) + "_to_" + name(info.param.to);
}

// A shop with things, on the engine asked for, and a folder for its snapshot.
class SnapshotTest : public ::testing::TestWithParam<Ways> {
 protected:
  SnapshotTest() { cores.start(); }
  ~SnapshotTest() override {
    database.reset();
    cores.stop();
  }
  StorePlace place(Engine engine, const TestFolder& home) {
    return {home.path() + "/db", engine_url(engine, home.path())};
  }
  void open(const StorePlace& at) {
    auto opened = open_database({.name = "things",
                                 .directory = at.directory,
                                 .url = at.url,
                                 .migrations = schemas.front().migrations});
    ASSERT_TRUE(opened) << opened.error().reason;
    database = std::move(*opened);
  }
  Result<void> add(int64_t id) {
    auto work = [id](Transaction& tx) -> Result<void> {
      auto thing = tx.execute("INSERT INTO things (id, name, amount, bytes) VALUES ($1, $2, $3, $4)", id,
                              "茶 " + std::to_string(id), id % 3 == 0 ? std::optional<int64_t>() : id * -7,
                              Blob{std::string("\0\xff", 2)});
      if (!thing) return thing.error();
      auto kept = tx.execute("INSERT INTO kept (n) VALUES ($1)", id);
      if (!kept) return kept.error();
      return {};
    };
    return wait_on(cores.at(0), database->write(std::move(work)));
  }
  int64_t count(std::string_view sql) {
    auto work = [sql](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query(sql);
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    return wait_on(cores.at(0), database->read(std::move(work))).value();
  }
  std::string snapshot_folder() {
    const std::string path = folder.path() + "/snapshot";
    fs::create_directories(path);
    return path;
  }

  TestFolder folder;
  TestFolder source;
  TestFolder target;
  Cores cores{1};
  ModuleSchemas schemas{{"things", kThings}};
  std::unique_ptr<Database> database;
};
INSTANTIATE_TEST_SUITE_P(Engines, SnapshotTest,
                         ::testing::Values(Ways{Engine::sqlite, Engine::sqlite},
                                           Ways{Engine::sqlite, Engine::postgres},
                                           Ways{Engine::postgres, Engine::sqlite},
                                           Ways{Engine::postgres, Engine::postgres}),
                         ways_name);

TEST_P(SnapshotTest, TakenUnderWritesItRestoresIntoEitherEngineWithTheSameRows) {
  const StorePlace from = place(GetParam().from, source);
  open(from);
  for (int64_t id = 1; id <= 50; ++id) ASSERT_TRUE(add(id));
  std::atomic<bool> over{false};
  std::atomic<int64_t> last{50};
  std::thread writer([&] {
    while (!over.load()) {
      if (add(last + 1)) ++last;
    }
  });
  while (last.load() < 60) std::this_thread::yield();
  const int64_t before = last.load();
  const auto sums = take_snapshot(from, schemas, snapshot_folder());
  const int64_t after = last.load() + 1;
  over = true;
  writer.join();
  ASSERT_TRUE(sums) << sums.error().reason;
  database.reset();

  const StorePlace to = place(GetParam().to, target);
  ASSERT_TRUE(is_empty(to, schemas).value());
  const auto staging = staging_of(to);
  ASSERT_TRUE(staging);
  const auto built = put_back(snapshot_folder(), *sums, *staging, schemas);
  ASSERT_TRUE(built) << built.error().reason;
  EXPECT_TRUE(is_empty(to, schemas).value()) << "nothing is there before it is whole";
  ASSERT_TRUE(publish(*staging, to, *sums));
  EXPECT_FALSE(is_empty(to, schemas).value());

  open(to);
  const int64_t rows = count("SELECT count(*) FROM things");
  EXPECT_GE(rows, before) << "everything answered before the snapshot";
  EXPECT_LE(rows, after);
  EXPECT_EQ(count("SELECT count(*) FROM kept"), rows) << "one transaction's rows come together";
  EXPECT_EQ(count("SELECT count(*) FROM things WHERE amount IS NULL"), rows / 3);
  EXPECT_TRUE(add(1'000'000)) << "it goes on";
}

TEST_P(SnapshotTest, AnOlderSchemaComesBackAsItWasAndIsMigratedAtTheNextStart) {
  const StorePlace from = place(GetParam().from, source);
  schemas.front().migrations.resize(1);
  open(from);
  ASSERT_TRUE(add(7));
  database.reset();
  const auto sums = take_snapshot(from, schemas, snapshot_folder());
  ASSERT_TRUE(sums) << sums.error().reason;
  EXPECT_EQ(sums->front().version, 1);
  schemas.front().migrations = kThings;
  const StorePlace to = place(GetParam().to, target);
  const auto staging = staging_of(to);
  ASSERT_TRUE(put_back(snapshot_folder(), *sums, *staging, schemas));
  ASSERT_TRUE(publish(*staging, to, *sums));
  open(to);
  EXPECT_EQ(count("SELECT count(*) FROM things WHERE about = ''"), 1);
}

TEST_P(SnapshotTest, RowsThatAreNotThoseOfTheSumsAreRefused) {
  const StorePlace from = place(GetParam().from, source);
  open(from);
  ASSERT_TRUE(add(1));
  database.reset();
  auto sums = take_snapshot(from, schemas, snapshot_folder());
  ASSERT_TRUE(sums) << sums.error().reason;
  {
    auto tampered = SqliteConnection::open({.path = snapshot_folder() + "/things.sqlite"});
    ASSERT_TRUE(tampered);
    ASSERT_TRUE((*tampered)->execute("UPDATE things SET amount = 1"));
    ASSERT_TRUE((*tampered)->execute("PRAGMA journal_mode=DELETE"));
  }
  const auto staging = staging_of(place(GetParam().to, target));
  const auto built = put_back(snapshot_folder(), *sums, *staging, schemas);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().reason, "store.copy_differs");
  EXPECT_TRUE(is_empty(place(GetParam().to, target), schemas).value());
}

TEST_P(SnapshotTest, ATryThatWasCutShortIsNotInTheWay) {
  const StorePlace from = place(GetParam().from, source);
  open(from);
  ASSERT_TRUE(add(1));
  database.reset();
  const auto sums = take_snapshot(from, schemas, snapshot_folder());
  ASSERT_TRUE(sums);
  const StorePlace to = place(GetParam().to, target);
  const auto staging = staging_of(to);
  for (int tries = 0; tries < 2; ++tries) ASSERT_TRUE(put_back(snapshot_folder(), *sums, *staging, schemas));
  ASSERT_TRUE(publish(*staging, to, *sums));
  open(to);
  EXPECT_EQ(count("SELECT count(*) FROM things"), 1);
}

TEST(RowSumsTest, TheOrderOfRowsDoesNotMatterAndEverythingElseDoes) {
  using Values = std::vector<SqlValue>;
  const auto sum = [](std::initializer_list<Values> rows) {
    RowSums sums;
    for (const Values& row : rows) sums.add(row);
    return sums.sum("t");
  };
  const Values one{int64_t{1}, std::string("a")};
  const Values two{int64_t{2}, std::string("b")};
  EXPECT_EQ(sum({one, two}), sum({two, one}));
  EXPECT_NE(sum({one, two}), sum({one, one}));
  EXPECT_NE(sum({one}), sum({one, one}));
  EXPECT_NE(sum({{int64_t{1}}}), sum({{std::string("1")}}));
  EXPECT_NE(sum({{std::string("ab"), std::string("c")}}), sum({{std::string("a"), std::string("bc")}}));
  EXPECT_NE(sum({{std::string()}}), sum({{SqlValue{}}}));
  EXPECT_NE(sum({{std::string("a")}}), sum({{Blob{"a"}}}));
}

}  // namespace
}  // namespace vitrine
