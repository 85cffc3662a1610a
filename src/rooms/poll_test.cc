// Polls: one vote a viewer, none lost, and a result that has them all.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "rooms/poll_service.h"
#include "rooms/test_house.h"

namespace vitrine {
namespace {

class Polls : public ::testing::Test {
 protected:
  Polls() { house.room(); }

  Poll opened(std::vector<std::string> options = {"red", "blue"}) {
    const auto made = run(polls().make("demo", "Which one?", std::move(options), {"t", next_key(), "d"}));
    check(made.ok(), "a poll for the test");
    const auto open = run(polls().open(made->poll.id));
    check(open.ok(), "an open poll");
    return *open;
  }
  Result<PollSeen> vote(PollId poll, const std::string& viewer, int64_t option) {
    return run(polls().vote(poll, viewer, option));
  }
  PollService polls() { return PollService(*house.context, *house.service); }
  template <class T>
  T run(Task<T> task) {
    return wait_on(house.cores.at(0), std::move(task));
  }
  std::string next_key() { return "key " + std::to_string(++keys_); }

  TestHouse house;

 private:
  int keys_ = 0;
};

TEST_F(Polls, OneVoteAViewerOnceAndForGood) {
  const PollId poll = opened().id;
  ASSERT_TRUE(vote(poll, "gst_0000000000001", 1));
  const auto again = vote(poll, "gst_0000000000001", 1);
  ASSERT_TRUE(again) << "the same vote again is answered as before";
  EXPECT_EQ(again->poll.counts, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(vote(poll, "gst_0000000000001", 0).error().reason, "rooms.voted");
  EXPECT_EQ(vote(poll, "gst_0000000000002", 2).error().reason, "rooms.poll_option");
  EXPECT_EQ(run(polls().find(poll, "gst_0000000000001"))->mine, 1);
}

TEST_F(Polls, ADraftTakesNoVoteAndAClosedOneNoMore) {
  const auto draft = run(polls().make("demo", "Which one?", {"a", "b"}, {"t", "draft", "d"}));
  ASSERT_TRUE(draft);
  EXPECT_EQ(vote(draft->poll.id, "gst_0000000000001", 0).error().reason, "rooms.poll_state");
  EXPECT_EQ(run(polls().close(draft->poll.id)).error().reason, "rooms.poll_state");
  const PollId poll = opened().id;
  ASSERT_TRUE(vote(poll, "gst_0000000000001", 0));
  ASSERT_TRUE(run(polls().close(poll)));
  EXPECT_EQ(vote(poll, "gst_0000000000002", 0).error().reason, "rooms.poll_state");
  EXPECT_TRUE(vote(poll, "gst_0000000000001", 0)) << "its own vote still answers";
}

TEST_F(Polls, ViewersSeeThePollItsCountsAndItsResult) {
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  const PollId poll = opened().id;
  EXPECT_EQ(viewer.until("poll").at("state").as_string(), "open");
  ASSERT_TRUE(vote(poll, "gst_0000000000001", 1));
  viewer.until([](const auto& event) {
    return event.contains("polls") && event.at("kind") == "state" &&
           event.at("polls").at(0).at("counts") == boost::json::array{0, 1};
  });
  ASSERT_TRUE(run(polls().close(poll)));
  const auto result = viewer.until("poll");
  EXPECT_EQ(result.at("state").as_string(), "closed");
  EXPECT_EQ(result.at("counts"), (boost::json::array{0, 1}));
  TestViewer late(house, "gst_0000000000002");
  ASSERT_TRUE(late.connect());
  EXPECT_EQ(late.until("snapshot").at("polls").at(0).at("counts"), (boost::json::array{0, 1}));
}

TEST_F(Polls, HundredVotesReachAScreenInAFewEvents) {
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  const PollId poll = opened().id;
  viewer.until("poll");
  const MonotonicTime begin = house.clock.monotonic();
  for (int voter = 100; voter < 200; ++voter)
    ASSERT_TRUE(vote(poll, "gst_0000000000" + std::to_string(voter), voter % 2));
  int told = 0;
  viewer.until([&](const auto& event) {
    if (!event.contains("polls")) return false;
    ++told;
    return event.at("polls").at(0).at("counts") == boost::json::array{50, 50};
  });
  const double seconds = static_cast<double>((house.clock.monotonic() - begin).count()) / 1e6;
  EXPECT_LE(told, 4 * seconds + 2);
}

TEST_F(Polls, AllIsThereAfterARestart) {
  const PollId poll = opened().id;
  ASSERT_TRUE(vote(poll, "gst_0000000000001", 1));
  house.restart();
  ASSERT_TRUE(run(polls().load()));
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_EQ(snapshot.at("polls").at(0).at("counts"), (boost::json::array{0, 1}));
  EXPECT_EQ(vote(poll, "gst_0000000000001", 0).error().reason, "rooms.voted");
}

TEST_F(Polls, OneThatWasClosingWhenTheProcessDiedShowsItsResult) {
  const PollId poll = opened().id;
  ASSERT_TRUE(vote(poll, "gst_0000000000001", 1));
  auto half = [poll](Transaction& tx) {
    return move_poll(tx, poll, PollState::open, PollState::closing, WallTime{1});
  };
  ASSERT_TRUE(run(house.context->database->write(std::move(half))));
  house.restart();
  ASSERT_TRUE(run(polls().load()));
  EXPECT_EQ(run(polls().find(poll, ""))->poll.state, PollState::closed);
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  EXPECT_EQ(viewer.until("snapshot").at("polls").at(0).at("state").as_string(), "closed");
}

}  // namespace
}  // namespace vitrine
