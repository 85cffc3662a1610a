// Coming back to a room: whatever is cut when, nothing numbered comes twice and nothing is missed.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "rooms/test_house.h"
#include "store/hooks.h"

namespace vitrine {
namespace {

// One step of a random life of a room and its viewers.
struct Step {
  enum Kind : uint8_t { speak, show, cut, come_back, restart };
  Kind kind;
  size_t viewer;
};

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(
      rc::gen::set(
          &Step::kind,
          rc::gen::weightedElement<Step::Kind>(
              {{8, Step::speak}, {4, Step::show}, {4, Step::cut}, {4, Step::come_back}, {1, Step::restart}})),
      rc::gen::set(&Step::viewer, rc::gen::inRange<size_t>(0, 3)));
}

std::vector<int64_t> up_to(int64_t version) {
  std::vector<int64_t> out;
  for (int64_t next = 1; next <= version; ++next) out.push_back(next);
  return out;
}

// The room as a witness sees it who never goes away while it is open.
class Life {
 public:
  explicit Life(size_t resume_events) : house_(nullptr, resume_events) {
    for (int index = 0; index < 3; ++index) {
      const std::string id = "gst_000000000000" + std::to_string(index + 1);
      viewers_.push_back(std::make_unique<TestViewer>(house_, id, index % 2));
      connected_.push_back(false);
    }
    for (size_t index = 0; index < viewers_.size(); ++index) come_back(index);
    witness_ = std::make_unique<TestViewer>(house_, "gst_0000000000009", 0);
    RC_ASSERT(witness_->connect().ok());
    witness_->until("snapshot");
  }
  ~Life() {
    viewers_.clear();
    witness_.reset();
  }

  void take(const Step& step) {
    switch (step.kind) {
      case Step::speak:
        witness_->say("line " + std::to_string(++lines_));
        while (witness_->page.chat.empty() || witness_->page.chat.back() != "line " + std::to_string(lines_))
          witness_->until("chat");
        break;
      case Step::show:
        house_.change_showcase(++version_);
        witness_->until([this](const auto& event) {
          return event.at("kind") == "showcase_changed" && event.at("version") == version_;
        });
        break;
      case Step::cut:
        if (connected_[step.viewer]) viewers_[step.viewer]->read_some();
        viewers_[step.viewer]->disconnect();
        connected_[step.viewer] = false;
        break;
      case Step::come_back:
        if (!connected_[step.viewer]) come_back(step.viewer);
        break;
      case Step::restart:
        restart();
        break;
    }
  }

  // Everybody comes back, and all have the same list.
  void check_everybody() {
    for (size_t index = 0; index < viewers_.size(); ++index) {
      if (!connected_[index]) come_back(index);
      TestViewer& viewer = *viewers_[index];
      viewer.until_position(*witness_->page.position);
      RC_ASSERT(viewer.page.doubled == 0);
      RC_ASSERT(viewer.page.holes == 0);
      RC_ASSERT(viewer.page.showcases == up_to(version_));
      RC_ASSERT(tail(viewer.page.chat) == tail(witness_->page.chat));
    }
  }

 private:
  void come_back(size_t index) {
    RC_ASSERT(viewers_[index]->connect().ok());
    connected_[index] = true;
    viewers_[index]->until(
        [](const auto& event) { return event.at("kind") == "snapshot" || event.at("kind") == "resumed"; });
  }
  void restart() {
    for (size_t index = 0; index < viewers_.size(); ++index) take({Step::cut, index});
    witness_->disconnect();
    house_.restart();
    RC_ASSERT(witness_->connect().ok());
    witness_->until("snapshot");
  }
  // The history's length: older lines may be on one screen and not on another.
  static std::vector<std::string> tail(const std::vector<std::string>& lines) {
    const size_t count = std::min<size_t>(lines.size(), 5);
    return {lines.end() - static_cast<std::ptrdiff_t>(count), lines.end()};
  }

  TestHouse house_;
  std::vector<std::unique_ptr<TestViewer>> viewers_;
  std::vector<bool> connected_;
  std::unique_ptr<TestViewer> witness_;
  int64_t version_ = 0;
  int64_t lines_ = 0;
};

TEST(Resume, RandomCutsAndRestartsLeaveEveryListEqualToTheServers) {
  setenv("RC_PARAMS", "max_success=25", 0);  // each life opens databases and cores several times
  const bool held = rc::check("lists stay equal", [] {
    const auto steps = *rc::gen::resize(40, rc::gen::container<std::vector<Step>>(any_step()));
    const auto resume_events = *rc::gen::element<size_t>(10, 2'000);
    Life life(resume_events);
    for (const Step& step : steps) life.take(step);
    life.check_everybody();
  });
  EXPECT_TRUE(held);
}

TEST(Resume, TwoHundredReconnectsDuringChatSomeOverARestart) {
  TestHouse house;
  auto speaker = std::make_unique<TestViewer>(house, "gst_0000000000009", 0);
  ASSERT_TRUE(speaker->connect());
  std::vector<std::unique_ptr<TestViewer>> viewers;
  for (int index = 0; index < 10; ++index) {
    const std::string id = "gst_000000000001" + std::to_string(index);
    viewers.push_back(std::make_unique<TestViewer>(house, id, index % 2));
    ASSERT_TRUE(viewers.back()->connect());
    viewers.back()->until("snapshot");
  }
  int64_t version = 0;
  int64_t lines = 0;
  for (int round = 0; round < 20; ++round) {
    for (auto& viewer : viewers) {
      viewer->read_some();
      viewer->disconnect();  // what was on its way is lost
      speaker->say("line " + std::to_string(++lines));
      if (lines % 3 == 0) house.change_showcase(++version);
      if (round % 7 == 3 && &viewer == &viewers[5]) {
        for (auto& other : viewers) other->disconnect();
        speaker->disconnect();
        house.restart();
        ASSERT_TRUE(speaker->connect());
        for (auto& other : viewers) ASSERT_TRUE(other->connect());
      }
      ASSERT_TRUE(viewer->connect());
    }
  }
  while (speaker->page.showcases.empty() || speaker->page.showcases.back() != version)
    speaker->until("showcase_changed");
  for (auto& viewer : viewers) {
    viewer->until_position(*speaker->page.position);
    EXPECT_EQ(viewer->page.showcases, up_to(version));
    EXPECT_EQ(viewer->page.doubled, 0);
    EXPECT_EQ(viewer->page.holes, 0);
  }
}

TEST(Resume, AViewerThatLagsGoesOnBySnapshotAndMissesNoControlEvent) {
  TestHouse house(nullptr, 100'000);
  house.shut();
  house.lag_max = Milliseconds(300);
  house.open();
  TestViewer speaker(house, "gst_0000000000009", 0);
  TestViewer slow(house, "gst_0000000000001");
  ASSERT_TRUE(speaker.connect());
  ASSERT_TRUE(slow.connect());
  slow.until("snapshot");
  house.change_showcase(1);
  slow.until("showcase_changed");
  slow.stall();
  // Longer than the room looks for lag and allows it, and more bytes than the kernel takes, however slow we
  // are.
  const MonotonicTime until = house.clock.monotonic() + Microseconds(2'200'000);
  int64_t version = 1;
  while (house.clock.monotonic() < until || version < 300) {
    for (int line = 0; line < 10; ++line) speaker.say("a line");
    house.change_showcase(++version);
    while (speaker.page.showcases.empty() || speaker.page.showcases.back() != version)
      speaker.until("showcase_changed");
  }
  slow.flow();
  slow.until_position(*speaker.page.position);
  EXPECT_EQ(slow.page.showcases, up_to(version));
  EXPECT_EQ(slow.page.doubled + slow.page.holes, 0);
  EXPECT_GE(std::count(slow.page.everything.begin(), slow.page.everything.end(), "gap"), 1);
}

class RefusesCommits final : public StoreHooks {
 public:
  Commit before_commit(size_t) override { return next.exchange(Commit::go_on); }
  std::atomic<Commit> next{Commit::go_on};
};

TEST(Resume, AControlEventWhoseCommitFailsComesOnceAndChatGoesOn) {
  RefusesCommits disk;
  TestHouse house(&disk);
  TestViewer viewer(house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  int64_t version = 0;
  for (const auto fault : {StoreHooks::Commit::refuse, StoreHooks::Commit::lose}) {
    disk.next = fault;
    house.change_showcase(++version);
    viewer.say("chat goes on");
    viewer.until("ack");
    while (viewer.page.showcases.size() < static_cast<size_t>(version)) viewer.until("showcase_changed");
  }
  viewer.disconnect();
  house.restart();
  ASSERT_TRUE(viewer.connect());
  house.change_showcase(++version);
  viewer.until("showcase_changed");
  EXPECT_EQ(viewer.page.showcases, up_to(version)) << "nor does a restart find another one";
  EXPECT_EQ(viewer.page.doubled + viewer.page.holes, 0);
}

}  // namespace
}  // namespace vitrine
