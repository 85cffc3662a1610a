// A live session from its announcement to its end, over lost publishers and restarts, and its timeline.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "rooms/test_house.h"

namespace vitrine {
namespace {

constexpr std::array kStates{LiveState::scheduled, LiveState::preview, LiveState::live,
                             LiveState::interrupted, LiveState::ended};
constexpr std::array kSteps{LiveStep::publish, LiveStep::unpublish, LiveStep::go_live, LiveStep::end,
                            LiveStep::give_up};

TEST(LiveTable, SaysWhatEachStepMeansInEachState) {
  const std::map<std::pair<LiveState, LiveStep>, LiveState> expected{
      {{LiveState::scheduled, LiveStep::publish}, LiveState::preview},
      {{LiveState::scheduled, LiveStep::end}, LiveState::ended},
      {{LiveState::preview, LiveStep::unpublish}, LiveState::scheduled},
      {{LiveState::preview, LiveStep::go_live}, LiveState::live},
      {{LiveState::preview, LiveStep::end}, LiveState::ended},
      {{LiveState::live, LiveStep::unpublish}, LiveState::interrupted},
      {{LiveState::live, LiveStep::end}, LiveState::ended},
      {{LiveState::interrupted, LiveStep::publish}, LiveState::live},
      {{LiveState::interrupted, LiveStep::end}, LiveState::ended},
      {{LiveState::interrupted, LiveStep::give_up}, LiveState::ended},
  };
  for (const LiveState state : kStates) {
    for (const LiveStep step : kSteps) {
      const auto found = expected.find({state, step});
      EXPECT_EQ(next_state(state, step),
                found == expected.end() ? std::nullopt : std::optional(found->second));
    }
  }
}

TEST(LiveTime, GoesOnOverAPublisherThatComesBackInAnotherEpoch) {
  const WallTime start{1'000'000};
  LiveSession session = advance({}, LiveState::live, start, MediaTime{1, 900'000});
  EXPECT_EQ(moment_of(session, {1'002'000}, MediaTime{1, 900'000 + 180'000})->t_ms, 2'000);
  session = advance(session, LiveState::interrupted, {1'010'000}, std::nullopt);
  session = advance(session, LiveState::live, {1'030'000}, MediaTime{7, 900'000});
  EXPECT_EQ(moment_of(session, {1'031'000}, MediaTime{7, 990'000})->t_ms, 31'000);
  EXPECT_EQ(moment_of(session, {1'031'000}, MediaTime{1, 990'000})->t_ms, 1'000) << "what was shown before";
  EXPECT_EQ(moment_of(session, {1'031'500}, std::nullopt)->t_ms, 31'500);
  EXPECT_FALSE(moment_of(session, {999'999}, std::nullopt)) << "before it went live";
  session = advance(session, LiveState::ended, {1'040'000}, std::nullopt);
  EXPECT_TRUE(moment_of(session, {1'040'000}, std::nullopt));
  EXPECT_FALSE(moment_of(session, {1'040'001}, std::nullopt));
}

// A house whose stream is pushed and lost by hand.
class Studio {
 public:
  Studio() { house.room(); }

  void push() { stream(StreamState::live); }
  void lose() { stream(StreamState::lost); }
  void stop() { stream(StreamState::idle); }
  LiveSession announce(SessionDraft draft = {}) {
    const auto made = run(house.sessions->schedule("demo", std::move(draft), {"test", next_key(), "digest"}));
    check(made.ok(), "an announced session");
    follow();
    return now();
  }
  Result<LiveSession> step(LiveStep step) { return run(house.sessions->step(now().id, step)); }
  LiveSession now() { return house.context->lives.newest("demo").value(); }
  LiveState state() { return now().state; }
  std::optional<LiveSession> newest() { return house.context->lives.newest("demo"); }
  // Answers when what the stream does has been taken in.
  void follow() {
    house.sessions->stream_changed(house.room());
    settle();
  }
  bool shows_picture() {
    const RoomHandlePtr room = house.room();
    return picture_shown(*house.context, "demo", room->summary().stream);
  }
  std::vector<TimelinePage::Item> timeline(int64_t page = 1'000) {
    std::vector<TimelinePage::Item> out;
    TimelinePlace after;
    while (true) {
      auto read = run(house.sessions->timeline(now(), after, page));
      check(read.ok(), "a page of the timeline");
      out.insert(out.end(), read->items.begin(), read->items.end());
      if (!read->next) return out;
      after = *read->next;
    }
  }
  template <class T>
  T run(Task<T> task) {
    return wait_on(house.cores.at(0), std::move(task));
  }

  TestHouse house;

 private:
  void stream(StreamState state) {
    house.media.state = state;
    follow();
  }
  // A write behind all that follow() began: its transactions are done, and so are those after them.
  void settle() {
    const auto wanted = [this] {
      const bool publishing = house.media.state == StreamState::live;
      const auto session = newest();
      if (!session || !session->open()) return !publishing || (session && session->left_on);
      const LiveStep step = publishing ? LiveStep::publish : LiveStep::unpublish;
      return !next_state(session->state, step).has_value();
    };
    int tries = 0;
    do {
      (void)run(house.sessions->list("demo", std::nullopt, 1));
    } while (++tries < 5'000 && !wanted());
    check(wanted(), "the session followed its stream");
  }
  std::string next_key() { return "key " + std::to_string(++keys_); }

  int keys_ = 0;
};

TEST(LiveSession, APictureWithoutAnAnnouncementIsLiveAtOnce) {
  Studio studio;
  studio.push();
  EXPECT_EQ(studio.state(), LiveState::live);
  EXPECT_TRUE(studio.shows_picture());
  studio.lose();
  EXPECT_EQ(studio.state(), LiveState::interrupted);
  const LiveSessionId id = studio.now().id;
  studio.push();
  EXPECT_EQ(studio.state(), LiveState::live);
  EXPECT_EQ(studio.now().id, id) << "it goes on";
}

TEST(LiveSession, AnAnnouncedOneWaitsForTheHost) {
  Studio studio;
  const WallTime eight{1'900'000'000'000};
  studio.announce({.title = "Autumn", .cover = "/v1/pictures/pic_1", .starts = eight});
  EXPECT_EQ(studio.state(), LiveState::scheduled);
  EXPECT_EQ(studio.step(LiveStep::go_live).error().reason, "rooms.no_picture");
  studio.push();
  EXPECT_EQ(studio.state(), LiveState::preview);
  EXPECT_FALSE(studio.shows_picture()) << "the preview is for staff";
  TestViewer viewer(studio.house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_FALSE(snapshot.at("live").as_bool());
  EXPECT_EQ(snapshot.at("session").at("starts_at_ms").as_int64(), eight.ms);
  ASSERT_TRUE(studio.step(LiveStep::go_live));
  EXPECT_EQ(viewer.until("session").at("state").as_string(), "live");
  EXPECT_TRUE(viewer.until("live").at("live").as_bool());
}

TEST(LiveSession, EndsWhenTheHostSaysSoThoughTheEncoderGoesOn) {
  Studio studio;
  studio.push();
  ASSERT_TRUE(studio.step(LiveStep::end));
  EXPECT_FALSE(studio.shows_picture());
  studio.follow();
  EXPECT_EQ(studio.state(), LiveState::ended) << "the same picture begins no session";
  EXPECT_EQ(studio.step(LiveStep::end).error().reason, "rooms.session_state");
  studio.stop();
  while (studio.now().left_on) studio.follow();
  const LiveSessionId before = studio.now().id;
  studio.push();
  EXPECT_NE(studio.now().id, before);
  EXPECT_EQ(studio.state(), LiveState::live);
}

TEST(LiveSession, AnInterruptedOneEndsWhenItsTimeIsOver) {
  Studio studio;
  studio.push();
  studio.lose();
  ASSERT_EQ(studio.state(), LiveState::interrupted);
  auto config = std::make_shared<Config>(rooms_config_keys());
  ASSERT_FALSE(config->set_value("rooms.interrupted_s", int64_t{0}, "test"));
  studio.house.configure(config);
  while (studio.state() != LiveState::ended) studio.follow();
  EXPECT_NE(studio.now().ended.ms, 0);
}

TEST(LiveSession, OneOpenSessionARoom) {
  Studio studio;
  studio.announce();
  const auto second = studio.run(studio.house.sessions->schedule("demo", {}, {"test", "another", "digest"}));
  EXPECT_EQ(second.error().reason, "rooms.session_open");
  const auto again = studio.run(studio.house.sessions->schedule("demo", {}, {"test", "key 1", "digest"}));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
}

TEST(LiveSession, WhatARehearsalSaidNobodyHears) {
  Studio studio;
  studio.announce({.practice = true});
  EXPECT_EQ(studio.house.context->doors.ask("demo", {.id = "gst_0000000000002"}).state, EntryState::practice)
      << "only staff are let in";
  EXPECT_TRUE(studio.house.context->lives.rehearses("demo")) << "nor does the shop sell";
  TestViewer staff(studio.house, "gst_0000000000001");
  staff.who().role = Role::host;
  ASSERT_TRUE(staff.connect());
  const RoomPosition before{1, staff.until("snapshot").at("seq").as_int64()};
  staff.say("only among us");
  staff.until("chat");
  studio.house.change_showcase(1);
  staff.until("showcase_changed");
  ASSERT_TRUE(studio.run(studio.house.sessions->change(studio.now().id, {.practice = false})));
  TestViewer viewer(studio.house, "gst_0000000000002");
  viewer.page.position = before;
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot");
  EXPECT_TRUE(snapshot.at("chat").as_array().empty());
  viewer.read_some();
  EXPECT_TRUE(viewer.page.showcases.empty()) << "nor its control events";
  viewer.disconnect();
  staff.disconnect();
  studio.house.restart();
  ASSERT_TRUE(viewer.connect());
  EXPECT_TRUE(viewer.until("snapshot").at("chat").as_array().empty());
}

TEST(LiveSession, EveryStateSurvivesARestart) {
  Studio studio;
  const auto restart = [&] {
    studio.house.media.state = StreamState::idle;  // encoders have lost us too
    studio.house.restart();
    studio.follow();
  };
  studio.announce({.title = "Autumn"});
  const LiveSessionId id = studio.now().id;
  restart();
  EXPECT_EQ(studio.state(), LiveState::scheduled);
  studio.push();
  restart();
  EXPECT_EQ(studio.state(), LiveState::scheduled) << "the preview is gone with its picture";
  studio.push();
  ASSERT_TRUE(studio.step(LiveStep::go_live));
  const WallTime went_live = studio.now().went_live;
  restart();
  EXPECT_EQ(studio.state(), LiveState::interrupted);
  restart();
  EXPECT_EQ(studio.state(), LiveState::interrupted);
  studio.house.media.epoch = 2;
  studio.push();
  EXPECT_EQ(studio.state(), LiveState::live);
  EXPECT_EQ(studio.now().went_live, went_live);
  EXPECT_EQ(studio.now().spans.size(), 2u);
  ASSERT_TRUE(studio.step(LiveStep::end));
  restart();
  EXPECT_EQ(studio.state(), LiveState::ended);
  EXPECT_EQ(studio.now().id, id);
  studio.push();
  EXPECT_EQ(studio.state(), LiveState::ended) << "the encoder that was left on came back: nobody sees it";
}

std::vector<std::string> words_of(const std::vector<TimelinePage::Item>& items) {
  std::vector<std::string> out;
  for (const auto& item : items) {
    const auto event = boost::json::parse(item.body).as_object();
    const auto* text = event.if_contains("text");
    const auto* product = event.if_contains("product");
    if (text != nullptr) out.emplace_back(text->as_string());
    if (product != nullptr) out.emplace_back(product->as_string());
  }
  return out;
}

TEST(Timeline, HasWhatWasShownAndSaidByThePictureAndNothingThatWasTakenAway) {
  Studio studio;
  TestViewer viewer(studio.house, "gst_0000000000001");
  ASSERT_TRUE(viewer.connect());
  viewer.say("before the show");
  viewer.until("chat");
  studio.push();
  viewer.say("hello");
  viewer.until("chat");
  viewer.say("rude");
  const auto rude = MessageId::parse(viewer.until("chat").at("id").as_string());
  const ProductId mug{42};
  const int64_t hour_later = 900'000 + 3'600 * 90'000;
  studio.house.emit(ProductShown{"demo", mug, 1, MediaTimeDto{1, hour_later}});
  viewer.until("product_shown");
  const ProductId teapot{43};
  studio.house.emit(PriceRevealed{"demo", teapot, 2, 2, MediaTimeDto{1, hour_later}});
  viewer.until("price_revealed");
  ASSERT_TRUE(studio.run(studio.house.service->delete_message("demo", *rude)));
  studio.lose();
  studio.house.media.epoch = 9;
  studio.push();
  studio.house.emit(ProductHidden{"demo", mug, 2, MediaTimeDto{9, 900'000}});
  viewer.until("product_hidden");
  viewer.say("bye");
  viewer.until("ack");
  const auto items = studio.timeline();
  // By the time of the picture: those that the mug was shown and the price opened with come last.
  EXPECT_EQ(words_of(items), (std::vector<std::string>{"hello", mug.str(), "bye", mug.str(), teapot.str()}));
  EXPECT_TRUE(std::is_sorted(items.begin(), items.end(),
                             [](const auto& a, const auto& b) { return a.place < b.place; }));
  EXPECT_EQ(words_of(studio.timeline(1)), words_of(items)) << "the same by pages of one";
  for (const auto& item : items) {
    EXPECT_EQ(item.body.find("gst_"), std::string::npos) << "no viewer's id";
  }
}

// Whatever is cut when: what was acknowledged is in the timeline, once, and its times do not go back.
TEST(Timeline, HasEveryAcknowledgedEventOnceOverReconnectsAndRestarts) {
  setenv("RC_PARAMS", "max_success=15", 0);
  enum Move : uint8_t { speak, show, lose_and_push, restart };
  const bool held = rc::check("complete", [] {
    const auto moves = *rc::gen::resize(
        25, rc::gen::container<std::vector<Move>>(
                rc::gen::weightedElement<Move>({{8, speak}, {4, show}, {2, lose_and_push}, {1, restart}})));
    Studio studio;
    studio.push();
    std::multiset<std::string> expected;
    auto viewer = std::make_unique<TestViewer>(studio.house, "gst_0000000000001");
    RC_ASSERT(viewer->connect().ok());
    int64_t count = 0;
    for (const Move move : moves) {
      const std::string name = "line " + std::to_string(++count);
      if (move == speak) {
        viewer->say(name);
        viewer->until("ack");
        expected.insert(name);
      } else if (move == show) {
        studio.house.emit(ProductShown{"demo", ProductId{count}, 0, std::nullopt});
        expected.insert(ProductId{count}.str());
      } else {
        viewer->disconnect();
        if (move == restart) studio.house.restart();
        studio.lose();
        ++studio.house.media.epoch;
        studio.push();
        RC_ASSERT(viewer->connect().ok());
      }
    }
    // The shop's events come by the bus.
    std::vector<std::string> words;
    for (int tries = 0; tries < 2'000 && words.size() < expected.size(); ++tries)
      words = words_of(studio.timeline());
    RC_ASSERT(std::multiset<std::string>(words.begin(), words.end()) == expected);
    const auto items = studio.timeline();
    RC_ASSERT(std::is_sorted(items.begin(), items.end(),
                             [](const auto& a, const auto& b) { return a.place.t_ms < b.place.t_ms; }));
    viewer.reset();
  });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace vitrine
