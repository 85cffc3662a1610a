// kill -9 of the process that owns a room, with pages on real sockets: every control event reaches each
// page exactly once, whether it was connected, cut off or coming back when the process died.
#include <gtest/gtest.h>
#include <unistd.h>

#include "rooms/module.h"
#include "rooms/test_house.h"
#include "testing/child.h"
#include "testing/postgres_server.h"
#include "testing/test_server.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr int kPages = 10;
constexpr int kRounds = 20;  // of all pages: 200 reconnects
constexpr useconds_t kShowEvery_us = 15'000;
constexpr std::chrono::milliseconds kResumeMax{3'000};  // p95, from the death of the process on

using Steady = std::chrono::steady_clock;

Task<Result<Caller>> believe(std::shared_ptr<const HttpRequest> request) {
  Caller caller;
  if (const auto guest = GuestId::parse(request->headers.get("Viewer"))) {
    caller.viewer = Caller::Viewer::guest;
    caller.guest = *guest;
    caller.name = "Guest";
  }
  co_return caller;
}

Task<Result<int64_t>> shown_so_far(Database& shop) {
  auto work = [](Transaction& tx) -> Result<int64_t> {
    auto rows = tx.query("SELECT n FROM outbox_head");
    if (!rows) return rows.error();
    return rows->front().integer(0);
  };
  co_return co_await shop.read(std::move(work));
}

// The process that dies: the module behind a server, and a shop that shows one thing after another. Says
// its port, then each version it has committed.
void own_the_room(const std::string& directory, ChildReport& report) {
  SystemClock clock;
  SystemRandom random;
  IdSource ids(clock, random);
  TestMedia media;
  TestOps ops;
  TestMembers members;
  TestProofs proofs;
  const auto bus = make_local_bus();
  TestServer server({.cores = 2,
                     .authenticator = believe,
                     .more_keys = rooms_config_keys(),
                     .settings = {{"rooms.chat_interval_ms", "0"}, {"rooms.resume_events", "40"}}});
  RoomsModule module({.cores = server.cores(),
                      .router = server.router(),
                      .bus = *bus,
                      .clock = clock,
                      .ids = ids,
                      .data_directory = directory,
                      .database_url = test_database_url(directory),
                      .metrics = server.metrics(),
                      .media = media,
                      .ops = ops,
                      .members = members,
                      .proofs = proofs,
                      .random = random});
  server.start();
  auto shop = open_database({.name = "shop",
                             .directory = directory + "/db",
                             .url = test_database_url(directory),
                             .migrations = {}});
  check(shop.ok() && module.start().ok(), "the process starts");
  bus->source(**shop);
  bus->start();
  Core& core = server.cores().at(0);
  (void)wait_on(core, module.create_room("demo", "T", "H"));
  int64_t version = wait_on(core, shown_so_far(**shop)).value();
  report.say(server.port());
  for (;; usleep(kShowEvery_us)) {
    auto work = [next = version + 1](Transaction& tx) {
      return tx.emit("demo", next, ShowcaseChanged{"demo", next});
    };
    if (wait_on(core, (*shop)->write(std::move(work)))) report.say(++version);
  }
}

// A page that reads and reconnects as told.
class Page {
 public:
  explicit Page(int number) : viewer_("gst_000000000010" + std::to_string(number)) {}

  void connect(uint16_t port) {
    std::string path = "/v1/rooms/demo/socket";
    if (page.position)
      path += "?epoch=" + std::to_string(page.position->epoch) + "&seq=" + std::to_string(page.position->seq);
    socket_ = std::make_unique<WebSocketClient>(port, path, HttpClient::Headers{{"Viewer", viewer_}});
  }
  void say(std::string_view text) {
    socket_->send_text(
        boost::json::serialize(boost::json::object{{"kind", "chat"}, {"ref", "r"}, {"text", text}}));
  }
  // False when the connection ended.
  bool read() {
    const auto frame = socket_->read();
    if (frame.ended || frame.opcode != WebSocketOpcode::text) return false;
    for (const auto& event : boost::json::parse(frame.payload).as_array()) page.apply(event.as_object());
    return true;
  }

  TestPage page;

 private:
  std::string viewer_;
  std::unique_ptr<WebSocketClient> socket_;
};

TEST(RoomCrash, TwoHundredReconnectsSomeOverKillsGiveEachControlEventOnce) {
  const TestFolder folder;
  start_test_engine();  // before the fork: one server for all children
  const auto begin = [&] {
    return std::make_unique<Child>([&](ChildReport& report) { own_the_room(folder.path(), report); });
  };
  auto owner = begin();
  auto port = static_cast<uint16_t>(owner->next().value());
  std::vector<std::unique_ptr<Page>> pages;
  for (int number = 0; number < kPages; ++number) {
    pages.push_back(std::make_unique<Page>(number));
    pages.back()->connect(port);
    ASSERT_TRUE(pages.back()->read());
  }
  const std::vector<int64_t> first_seen = [&] {
    std::vector<int64_t> out;
    for (auto& page : pages) out.push_back(page->page.showcase_at_snapshot);
    return out;
  }();
  std::vector<Steady::duration> resumed;  // of each page, after each kill
  for (int round = 0; round < kRounds; ++round) {
    for (int number = 0; number < kPages; ++number) {
      Page& page = *pages[static_cast<size_t>(number)];
      page.say("a line");
      for (int frames = 0; frames < 3 && page.read(); ++frames) continue;
      if (round % 4 == 2 && number == 5) {
        const auto killed = Steady::now();
        owner->kill();
        owner = begin();
        port = static_cast<uint16_t>(owner->next().value());
        for (auto& other : pages) {
          other->connect(port);
          ASSERT_TRUE(other->read());
          resumed.push_back(Steady::now() - killed);
        }
      } else {
        page.connect(port);
        ASSERT_TRUE(page.read());
      }
    }
  }
  std::sort(resumed.begin(), resumed.end());
  EXPECT_LE(resumed.at(resumed.size() * 95 / 100), kResumeMax);
  const int64_t last = owner->next().value();
  for (size_t number = 0; number < pages.size(); ++number) {
    TestPage& page = pages[number]->page;
    while (page.showcases.empty() || page.showcases.back() < last) ASSERT_TRUE(pages[number]->read());
    int64_t expected = first_seen[number];
    for (const int64_t version : page.showcases) ASSERT_EQ(version, ++expected);
    EXPECT_EQ(page.doubled, 0);
    EXPECT_EQ(page.holes, 0);
  }
}

}  // namespace
}  // namespace vitrine
