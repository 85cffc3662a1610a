// A consumer killed (kill -9) between its effect and its cursor: the effect counts once, because both
// are one transaction. The control writes the cursor in a second transaction and is caught.
#include <gtest/gtest.h>
#include <unistd.h>

#include "bus/bus.h"
#include "testing/blocking.h"
#include "testing/child.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

constexpr int64_t kEvents = 20;
const std::vector<Migration> kEffects{{1, "CREATE TABLE effects (n BIGINT NOT NULL);"}};

std::unique_ptr<Database> open(const std::string& directory, std::string name) {
  auto opened = open_database({.name = std::move(name),
                               .directory = directory,
                               .url = test_database_url(directory),
                               .migrations = kEffects});
  check(opened.ok(), "a database for the test");
  return std::move(*opened);
}

Result<void> add_effect(Transaction& tx, const EventRow& event) {
  const auto added = tx.execute("INSERT INTO effects (n) VALUES ($1)", event.n);
  if (!added) return added.error();
  return {};
}

void emit_events(const std::string& directory) {
  const auto shop = open(directory, "shop");
  Cores cores(1);
  cores.start();
  for (int64_t index = 0; index < kEvents; ++index) {
    auto work = [index](Transaction& tx) {
      return tx.emit_event({.kind = "Counted", .aggregate = "thing", .version = index, .payload = "{}"});
    };
    check(wait_on(cores.at(0), shop->write(std::move(work))).ok(), "an event for the test");
  }
  shop->close();
  cores.stop();
}

// Consumes until every event has its effect; says each event after its effect ran, before its commit.
void consume(const std::string& directory, ChildReport& report) {
  const auto shop = open(directory, "shop");
  const auto rooms = open(directory, "rooms");
  Cores cores(1);
  cores.start();
  auto count = [](Transaction& tx) -> Result<int64_t> {
    const auto rows = tx.query("SELECT count(*) FROM effects");
    if (!rows) return rows.error();
    return rows->front().integer(0);
  };
  if (wait_on(cores.at(0), rooms->read(count)).value() >= kEvents) _exit(0);  // the last kill came late
  const auto bus = make_local_bus();
  bus->source(*shop);
  std::promise<void> finished;
  bus->subscribe({.consumer = "rooms.test",
                  .source = "shop",
                  .kinds = {},
                  .target = rooms.get(),
                  .core = &cores.at(0),
                  .apply = [&](Transaction& tx, const EventRow& event) -> Result<void> {
                    auto added = add_effect(tx, event);
                    report.say(event.n);
                    usleep(1'000);  // where the kill falls
                    return added;
                  },
                  .applied =
                      [&](const std::vector<EventRow>& rows) {
                        if (rows.back().n == kEvents) finished.set_value();
                      }});
  bus->start();
  finished.get_future().wait();
  bus->stop();
  shop->close();
  rooms->close();
  cores.stop();
}

// The mutant: the effect in one transaction, the cursor in the next.
void consume_with_the_cursor_apart(const std::string& directory, ChildReport& report) {
  const auto rooms = open(directory, "rooms");
  Cores cores(1);
  cores.start();
  auto position = [](Transaction& tx) -> Result<int64_t> {
    (void)tx.execute("CREATE TABLE IF NOT EXISTS position (n BIGINT NOT NULL)");
    const auto rows = tx.query("SELECT coalesce(max(n), 0) FROM position");
    if (!rows) return rows.error();
    return rows->front().integer(0);
  };
  for (int64_t n = wait_on(cores.at(0), rooms->write(position)).value() + 1; n <= kEvents; ++n) {
    auto effect = [n](Transaction& tx) {
      EventRow event;
      event.n = n;
      return add_effect(tx, event);
    };
    check(wait_on(cores.at(0), rooms->write(effect)).ok(), "the effect");
    report.say(n);
    usleep(1'000);  // where the kill falls
    auto moved = [n](Transaction& tx) { return tx.execute("INSERT INTO position VALUES ($1)", n); };
    check(wait_on(cores.at(0), rooms->write(moved)).ok(), "the cursor");
  }
  rooms->close();
  cores.stop();
}

// Kills the consumer after each of its first events, then lets it finish; the effects that were made.
template <class Consumer>
std::vector<int64_t> effects_after_kills(Consumer consumer) {
  const TestFolder folder;
  emit_events(folder.path());
  for (int kills = 0; kills < 10; ++kills) {
    Child child([&](ChildReport& report) { consumer(folder.path(), report); });
    for (int heard = 0; heard <= kills % 3; ++heard) (void)child.next();
    child.kill();
  }
  Child last([&](ChildReport& report) { consumer(folder.path(), report); });
  while (last.next()) continue;
  last.wait();

  const auto rooms = open(folder.path(), "rooms");
  Cores cores(1);
  cores.start();
  auto work = [](Transaction& tx) -> Result<std::vector<int64_t>> {
    auto rows = tx.query("SELECT n FROM effects ORDER BY n");
    if (!rows) return rows.error();
    std::vector<int64_t> out;
    for (const auto& row : *rows) out.push_back(row.integer(0));
    return out;
  };
  auto effects = wait_on(cores.at(0), rooms->read(work)).value();
  rooms->close();
  cores.stop();
  return effects;
}

std::vector<int64_t> each_once() {
  std::vector<int64_t> out;
  for (int64_t n = 1; n <= kEvents; ++n) out.push_back(n);
  return out;
}

TEST(BusCrash, AConsumerKilledBetweenEffectAndCursorAppliesEachEffectOnce) {
  EXPECT_EQ(effects_after_kills(consume), each_once());
}

TEST(BusCrash, ACursorInItsOwnTransactionIsCaught) {
  EXPECT_NE(effects_after_kills(consume_with_the_cursor_apart), each_once());
}

}  // namespace
}  // namespace vitrine
