// The in-process bus: every committed event reaches its consumer, its effect happens once, and memory
// hears of it after the commit.
#include <gtest/gtest.h>

#include "bus/bus.h"
#include "runtime/blocking_queue.h"
#include "store/sqlite/hooks.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

struct Counted {
  static constexpr std::string_view kind = "Counted";
  static constexpr int schema = 1;
  int64_t id = 0;
  static constexpr auto fields() { return std::tuple{field("id", &Counted::id)}; }
};

const std::vector<Migration> kEffects{{1, "CREATE TABLE effects (n BIGINT NOT NULL);"}};

Result<void> add_effect(Transaction& tx, const EventRow& event) {
  const auto added = tx.execute("INSERT INTO effects (n) VALUES ($1)", event.n);
  if (!added) return added.error();
  return {};
}

class LocalBusTest : public ::testing::Test {
 protected:
  LocalBusTest() {
    cores.start();
    shop = open("shop", nullptr);
    rooms = open("rooms", nullptr);
  }
  ~LocalBusTest() override {
    bus.reset();
    shop->close();
    rooms->close();
    cores.stop();
  }

  std::unique_ptr<Database> open(std::string name, SqliteHooks* hooks) {
    auto opened = open_sqlite(
        {.name = std::move(name), .directory = folder.path(), .migrations = kEffects, .hooks = hooks});
    check(opened.ok(), "a database for the test");
    return std::move(*opened);
  }
  void emit(int events) {
    for (int index = 0; index < events; ++index) {
      auto work = [index](Transaction& tx) { return tx.emit("thing", index, Counted{index}); };
      ASSERT_TRUE(wait_on(cores.at(0), shop->write(std::move(work))));
    }
  }
  int64_t number(Database& database, std::string_view sql) {
    auto work = [sql](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query(sql);
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    return wait_on(cores.at(0), database.read(std::move(work))).value();
  }
  // Everything told to applied(), in order; waits until `count` have come.
  std::vector<int64_t> told(size_t count) {
    std::vector<int64_t> out;
    while (out.size() < count) {
      auto taken = told_.take(count);
      out.insert(out.end(), taken.begin(), taken.end());
    }
    return out;
  }
  Subscription subscription() {
    return {.consumer = "rooms.test",
            .source = "shop",
            .kinds = {"Counted"},
            .target = rooms.get(),
            .core = &cores.at(0),
            .apply = add_effect,
            .applied = [this](const std::vector<EventRow>& rows) {
              for (const auto& row : rows) {
                int64_t n = row.n;
                check(told_.push(n) == Pushed::taken, "room for what is told");
              }
            }};
  }

  TestFolder folder;
  Cores cores{1};
  std::unique_ptr<Database> shop;
  std::unique_ptr<Database> rooms;
  BlockingQueue<int64_t> told_{10'000};
  std::unique_ptr<Bus> bus =
      make_local_bus({.back_off_first = Milliseconds(5), .prune_every = Milliseconds(1)});
};

TEST_F(LocalBusTest, EventsFromBeforeAndAfterStartArriveInOrder) {
  emit(3);
  bus->source(*shop);
  bus->subscribe(subscription());
  bus->start();
  emit(2);
  EXPECT_EQ(told(5), (std::vector<int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(number(*rooms, "SELECT count(*) FROM effects"), 5);
  EXPECT_EQ(number(*rooms, "SELECT n FROM bus_cursor"), 5);
}

}  // namespace
}  // namespace vitrine
