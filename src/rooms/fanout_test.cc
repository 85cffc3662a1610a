// A room whose viewers are many and whose chat is hot: who is sent what, and in which form.
#include "rooms/room.h"
#include "rooms/test_house.h"

namespace vitrine {
namespace {

std::string guest(int number) {
  std::string digits = std::to_string(number);
  return "gst_" + std::string(13 - digits.size(), '0') + digits;
}

std::string buyer(int number) {
  return "usr_" + guest(number).substr(4);
}

// Says lines at home, faster than any socket could.
struct Tally {
  int taken = 0;
  int refused = 0;
};
Task<Tally> say_all(RoomHandlePtr handle, std::vector<ChatAuthor> authors) {
  Tally out;
  for (ChatAuthor& who : authors) {
    const auto said = handle->room()->say(std::move(who), "a line");
    ++(std::holds_alternative<ShownLine>(said) ? out.taken : out.refused);
  }
  co_return out;
}
Tally say_all(TestHouse& house, std::vector<ChatAuthor> authors) {
  const auto room = house.room();
  return wait_on(room->home(), say_all(room, std::move(authors)));
}

std::vector<ChatAuthor> guests(int count) {
  std::vector<ChatAuthor> out;
  for (int number = 1; number <= count; ++number)
    out.push_back({.id = guest(1'000 + number), .name = "Guest", .role = {}});
  return out;
}

// Nobody must be there before the config is.
void set_budget(TestHouse& house, int64_t lines_per_second) {
  house.room();
  house.configure(test_config(0, lines_per_second));
}

TEST(HotRoom, OverTheBudgetTheOthersSeeASampleAndEachSpeakerItsOwnLine) {
  TestHouse house;
  set_budget(house, 5);
  TestViewer witness(house, guest(1));
  ASSERT_TRUE(witness.connect());
  std::vector<std::unique_ptr<TestViewer>> speakers;
  for (int number = 2; number < 32; ++number) {
    speakers.push_back(std::make_unique<TestViewer>(house, guest(number), number % 2));
    ASSERT_TRUE(speakers.back()->connect());
  }
  const MonotonicTime began = house.clock.monotonic();
  for (auto& speaker : speakers) speaker->say("line of " + speaker->who().id);
  std::set<std::string> sampled;
  for (auto& speaker : speakers) {
    const std::string own = "line of " + speaker->who().id;
    const auto mine = speaker->until([&](const boost::json::object& event) {
      const auto* text = event.if_contains("text");
      return text != nullptr && text->as_string() == own;
    });
    if (mine.at("kind") == "chat") sampled.insert(own);
  }
  EXPECT_GE(sampled.size(), 5u) << "the budget is used";
  const auto seconds = std::chrono::duration<double>(house.clock.monotonic() - began).count();
  EXPECT_LE(static_cast<double>(sampled.size()), 5 + 5 * seconds + 1) << "and not passed";
  house.change_showcase(1);
  witness.until("showcase_changed");
  EXPECT_EQ(std::set<std::string>(witness.page.chat.begin(), witness.page.chat.end()), sampled);
  EXPECT_EQ(witness.page.holes, 0) << "what is left out has no number";
}

TEST(HotRoom, ControlAndStaffPassTheWaitingChat) {
  TestHouse house;
  set_budget(house, 1);
  TestViewer host(house, buyer(1));
  host.who().role = Role::host;
  TestViewer viewer(house, guest(1));
  ASSERT_TRUE(host.connect());
  ASSERT_TRUE(viewer.connect());
  viewer.until("snapshot");
  EXPECT_EQ(say_all(house, guests(2'000)).taken, 2'000);
  house.change_showcase(1);
  host.say("the host speaks");
  const auto spoke = [&] {
    return std::count(viewer.page.chat.begin(), viewer.page.chat.end(), "the host speaks") > 0;
  };
  while (viewer.page.showcases.empty() || !spoke())
    viewer.until([](const boost::json::object& event) { return event.contains("seq"); });
  EXPECT_LE(viewer.page.chat.size(), 4u) << "the first of them, the host, and little else in so short a time";
}

TEST(HotRoom, LinesOfASliceComeInOneFrame) {
  TestHouse house;
  set_budget(house, 20);
  TestViewer viewer(house, guest(1));
  ASSERT_TRUE(viewer.connect());
  viewer.until("snapshot");
  say_all(house, guests(20));   // spends what a quiet room had saved
  say_all(house, guests(500));  // waits for the slice
  while (viewer.page.chat.size() < 25) viewer.until("chat");
  EXPECT_EQ(viewer.page.holes + viewer.page.doubled, 0);
}

TEST(DeflatedFeed, WhoCanReadItGetsTheSameEventsDeflated) {
  TestHouse house;
  TestViewer plain(house, guest(1), 0);
  TestViewer deflated(house, guest(2), 1);
  deflated.deflate = WebSocketDeflate::on;
  ASSERT_TRUE(plain.connect());
  plain.say("a line from before that is long enough for deflating it to be worth the while");
  ASSERT_TRUE(deflated.connect());
  for (int64_t version = 1; version <= 20; ++version) {
    plain.say("a line that is long enough for deflating it to be worth the while, again and again");
    house.change_showcase(version);
  }
  while (plain.page.showcases.size() < 20) plain.until("showcase_changed");
  while (deflated.page.showcases.size() < 20) deflated.until("showcase_changed");
  deflated.until_position(*plain.page.position);
  plain.until_position(*deflated.page.position);
  EXPECT_EQ(deflated.page.chat, plain.page.chat);
  EXPECT_GT(deflated.deflated_frames(), 0);
  EXPECT_EQ(plain.deflated_frames(), 0);
  EXPECT_EQ(deflated.page.holes + deflated.page.doubled, 0);
}

// It is made anew with each first viewer and counts its own numbers: nobody loses an event over that.
TEST(DeflatedFeed, ItsViewersComeAndGo) {
  TestHouse house;
  TestViewer speaker(house, guest(1), 0);
  TestViewer viewer(house, guest(2), 1);
  viewer.deflate = WebSocketDeflate::on;
  ASSERT_TRUE(speaker.connect());
  int lines = 0;
  for (int visit = 0; visit < 10; ++visit) {
    ASSERT_TRUE(viewer.connect());
    for (int line = 0; line < 3; ++line) speaker.say("line " + std::to_string(++lines));
    speaker.until_position({1, lines});
    if (visit % 2 == 0) viewer.until_position({1, lines});
    viewer.disconnect();
    speaker.say("line " + std::to_string(++lines));
  }
  ASSERT_TRUE(viewer.connect());
  viewer.until_position({1, lines});
  EXPECT_EQ(viewer.page.chat.size(), static_cast<size_t>(lines));
  EXPECT_EQ(viewer.page.holes + viewer.page.doubled, 0);
}

TEST(DeflatedFeed, AViewerThatLagsGoesOnBySnapshotAndMissesNoControlEvent) {
  TestHouse house(nullptr, 100'000);
  house.shut();
  house.lag_max = Milliseconds(300);
  house.open();
  TestViewer speaker(house, guest(9), 0);
  TestViewer slow(house, guest(1));
  slow.deflate = WebSocketDeflate::on;
  ASSERT_TRUE(speaker.connect());
  for (int line = 0; line < 5; ++line) speaker.say("from before: the feed of the other form begins later");
  ASSERT_TRUE(slow.connect());
  slow.until("snapshot");
  slow.stall();
  const MonotonicTime until = house.clock.monotonic() + Microseconds(2'200'000);
  int64_t version = 0;
  // Long enough for the lag, and enough bytes for it also where the kernel takes many and the machine is
  // slow.
  while (house.clock.monotonic() < until || version < 1'000) {
    speaker.say("a line");
    house.change_showcase(++version);
    while (speaker.page.showcases.empty() || speaker.page.showcases.back() != version)
      speaker.until("showcase_changed");
  }
  slow.flow();
  while (slow.page.showcases.empty() || slow.page.showcases.back() != version) slow.until("showcase_changed");
  std::vector<int64_t> all;
  for (int64_t one = 1; one <= version; ++one) all.push_back(one);
  EXPECT_EQ(slow.page.showcases, all);
  EXPECT_EQ(slow.page.doubled + slow.page.holes, 0);
  EXPECT_GE(std::count(slow.page.everything.begin(), slow.page.everything.end(), "gap"), 1);
}

// A carrier puts thousands behind one address. Buyers are known by their account; guests cost nothing to
// make, so those of one address have a pace together.
TEST(ChatPace, BuyersBehindOneAddressAreServedAndAFloodingGuestIsNot) {
  TestHouse house;
  house.room();
  house.configure(test_config(2'000));
  std::vector<ChatAuthor> buyers;
  for (int number = 1; number <= 5'000; ++number)
    buyers.push_back({.id = buyer(number), .name = "Buyer", .role = {}});
  EXPECT_EQ(say_all(house, buyers).taken, 5'000);
  std::vector<ChatAuthor> flood;
  for (int line = 0; line < 1'000; ++line)
    flood.push_back({.id = guest(1), .name = "Guest", .role = {}, .guest = {}, .address = "192.0.2.1"});
  const auto one_guest = say_all(house, flood);
  EXPECT_EQ(one_guest.taken, 3) << "a burst";
  for (int line = 0; line < 1'000; ++line) flood[static_cast<size_t>(line)].id = guest(2 + line);
  EXPECT_LE(say_all(house, flood).taken, 30) << "a new name for each line helps little";
  EXPECT_EQ(
      say_all(house, {{.id = guest(5'000), .name = "Guest", .role = {}, .guest = {}, .address = "192.0.2.2"}})
          .taken,
      1)
      << "nor does it hurt guests elsewhere";
}

}  // namespace
}  // namespace vitrine
