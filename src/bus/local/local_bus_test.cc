// The in-process bus: every committed event reaches its consumer, its effect happens once, and memory
// hears of it after the commit.
#include <gtest/gtest.h>

#include "bus/bus.h"
#include "runtime/blocking_queue.h"
#include "store/hooks.h"
#include "testing/blocking.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

struct Counted {
  static constexpr std::string_view kind = "Counted";
  static constexpr int schema = 1;
  int64_t id = 0;
  static constexpr auto fields() { return std::tuple{field("id", &Counted::id)}; }
};

constexpr std::string_view kConsumer = "rooms.test";
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
    rooms = open("rooms", &rooms_hooks);
  }
  ~LocalBusTest() override {
    bus.reset();
    shop->close();
    rooms->close();
    cores.stop();
  }

  std::unique_ptr<Database> open(std::string name, StoreHooks* hooks) {
    auto opened = open_database({.name = std::move(name),
                                 .directory = folder.path(),
                                 .url = test_database_url(folder.path()),
                                 .migrations = kEffects,
                                 .hooks = hooks});
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
    return {.consumer = std::string(kConsumer),
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

  class LosesCommits final : public StoreHooks {
   public:
    Commit before_commit(size_t) override { return next.exchange(Commit::go_on); }
    std::atomic<Commit> next{Commit::go_on};
  };

  TestFolder folder;
  LosesCommits rooms_hooks;
  Cores cores{1};
  std::unique_ptr<Database> shop;
  std::unique_ptr<Database> rooms;
  BlockingQueue<int64_t> told_{1'000'000};  // a test that waits for pruning emits until it has happened
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

TEST_F(LocalBusTest, AnEffectThatFailsIsShownRetriedAndHoldsBackOnlyWhatComesAfter) {
  std::atomic<bool> broken = true;
  auto picky = subscription();
  picky.apply = [&](Transaction& tx, const EventRow& event) -> Result<void> {
    if (event.n == 3 && broken) return Error{ErrorKind::internal, "test.broken"};
    return add_effect(tx, event);
  };
  emit(5);
  bus->source(*shop);
  bus->subscribe(std::move(picky));
  bus->start();
  EXPECT_EQ(told(2), (std::vector<int64_t>{1, 2}));
  while (bus->trouble().empty()) std::this_thread::yield();
  EXPECT_EQ(bus->trouble(), std::vector<std::string>{"rooms.test: test.broken"});
  broken = false;
  EXPECT_EQ(told(3), (std::vector<int64_t>{3, 4, 5}));
  while (!bus->trouble().empty()) std::this_thread::yield();
}

TEST_F(LocalBusTest, ALostCommitIsToldOnceWhetherItHappenedOrNot) {
  bus->source(*shop);
  bus->subscribe(subscription());
  bus->start();
  emit(1);
  EXPECT_EQ(told(1), (std::vector<int64_t>{1}));
  rooms_hooks.next = StoreHooks::Commit::lose;
  emit(1);
  EXPECT_EQ(told(1), (std::vector<int64_t>{2}));
  rooms_hooks.next = StoreHooks::Commit::refuse;
  emit(1);
  EXPECT_EQ(told(1), (std::vector<int64_t>{3}));
  EXPECT_EQ(number(*rooms, "SELECT count(*) FROM effects"), 3);
}

TEST_F(LocalBusTest, RowsGoOnlyWhenEveryConsumerHasThemBehindIt) {
  std::atomic<bool> broken = true;
  auto slow = subscription();
  slow.consumer = "rooms.slow";
  slow.applied = nullptr;
  slow.apply = [&](Transaction& tx, const EventRow& event) -> Result<void> {
    if (event.n > 2 && broken) return Error{ErrorKind::internal, "test.broken"};
    return add_effect(tx, event);
  };
  bus->source(*shop);
  bus->subscribe(subscription());
  bus->subscribe(std::move(slow));
  bus->start();
  while (number(*shop, "SELECT count(*) FROM outbox_reader") < 2) continue;  // before anything can be pruned
  emit(6);
  told(6);
  while (number(*shop, "SELECT min(n) FROM outbox") < 3) emit(1);
  EXPECT_EQ(number(*shop, "SELECT min(n) FROM outbox"), 3) << "the slow one still needs 3";
  broken = false;
  while (number(*shop, "SELECT coalesce(min(n), 1000) FROM outbox") < 6) emit(1);
  bus->stop();  // before what the slow one captured goes
}

TEST_F(LocalBusTest, ASourceThatComesLateIsReadFromItsBeginning) {
  emit(2);
  bus->subscribe(subscription());
  bus->start();
  bus->source(*shop);
  EXPECT_EQ(told(2), (std::vector<int64_t>{1, 2}));
}

}  // namespace
}  // namespace vitrine
