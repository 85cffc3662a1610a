// Questions: asked by the rules of chat, seen by the room only when shown, gone when closed.
#include <gtest/gtest.h>

#include "rooms/question_service.h"
#include "rooms/test_house.h"

namespace vitrine {
namespace {

class Questions : public ::testing::Test {
 protected:
  Questions() { house.room(); }

  using Answer = std::variant<AskedQuestion, Problem>;
  Answer ask(const std::string& viewer, const std::string& text, std::string key = {}) {
    if (key.empty()) key = "key " + std::to_string(++keys_);
    return run(service().ask("demo", {.id = viewer, .name = "Lin", .role = {}}, text, {viewer, key, "d"}));
  }
  Question asked(const std::string& viewer, const std::string& text) {
    Answer answer = ask(viewer, text);
    check(std::holds_alternative<AskedQuestion>(answer), "a question for the test");
    return std::get<AskedQuestion>(answer).question;
  }
  std::string refusal(const std::string& viewer, const std::string& text) {
    const Answer answer = ask(viewer, text);
    return std::holds_alternative<Problem>(answer) ? std::get<Problem>(answer).slug : "taken";
  }
  void open(bool now = true) { ASSERT_TRUE(run(service().set_open("demo", now))); }
  Result<Question> move(const Question& question, QuestionStep step, std::string answer = {}) {
    return run(service().move(question.id, step, std::move(answer)));
  }
  QuestionService service() { return QuestionService(*house.context, *house.service); }
  template <class T>
  T run(Task<T> task) {
    return wait_on(house.cores.at(0), std::move(task));
  }

  static constexpr auto kLin = "gst_0000000000001";
  static constexpr auto kWu = "gst_0000000000002";
  TestHouse house;

 private:
  int keys_ = 0;
};

TEST_F(Questions, AreTakenWhileTheHostTakesThem) {
  EXPECT_EQ(refusal(kLin, "does it fit?"), "rooms.questions_closed");
  open();
  const Answer first = ask(kLin, "does it fit?", "one");
  ASSERT_TRUE(std::holds_alternative<AskedQuestion>(first));
  const Answer again = ask(kLin, "does it fit?", "one");
  ASSERT_TRUE(std::holds_alternative<AskedQuestion>(again)) << "sent twice, asked once";
  EXPECT_TRUE(std::get<AskedQuestion>(again).replayed);
  EXPECT_EQ(std::get<AskedQuestion>(again).question.id, std::get<AskedQuestion>(first).question.id);
  EXPECT_EQ(run(service().lists_for_staff("demo"))->waiting.size(), 1u);
}

TEST_F(Questions, KeepToTheRulesOfALineAndToThreeAViewer) {
  open();
  house.mute(kWu, Milliseconds(60'000), "loud");
  EXPECT_EQ(refusal(kWu, "may I?"), "rooms.muted");
  EXPECT_EQ(refusal(kLin, "   "), "rooms.text_empty");
  for (const auto* text : {"first?", "second?", "third?"}) EXPECT_EQ(refusal(kLin, text), "taken");
  EXPECT_EQ(refusal(kLin, "fourth?"), "rooms.questions_own");
  const auto waiting = run(service().lists_for("demo", kLin));
  ASSERT_EQ(waiting->waiting.size(), 3u);
  ASSERT_TRUE(move(waiting->waiting.front(), QuestionStep::close));
  EXPECT_EQ(refusal(kLin, "fourth?"), "taken") << "one that was closed makes room";
}

TEST_F(Questions, TheRoomSeesWhatIsShownAndOnlyTheName) {
  open();
  TestViewer lin(house, kLin);
  TestViewer wu(house, kWu);
  ASSERT_TRUE(lin.connect() && wu.connect());
  const Question question = asked(kLin, "does it fit?");
  ASSERT_TRUE(move(question, QuestionStep::show));
  const auto shown = wu.until("question");
  EXPECT_EQ(shown.at("text").as_string(), "does it fit?");
  EXPECT_EQ(shown.at("name").as_string(), "Lin");
  EXPECT_EQ(boost::json::serialize(shown).find(kLin), std::string::npos);
  EXPECT_EQ(lin.until("own_question").at("state").as_string(), "shown");
  ASSERT_TRUE(move(question, QuestionStep::answer, "Yes, up to size 44."));
  EXPECT_EQ(wu.until("question").at("answer").as_string(), "Yes, up to size 44.");
  EXPECT_EQ(lin.until("own_question").at("answer").as_string(), "Yes, up to size 44.");
  EXPECT_EQ(move(question, QuestionStep::show).error().reason, "rooms.question_state");
  ASSERT_TRUE(move(question, QuestionStep::close));
  const auto closed = wu.until("question");
  EXPECT_EQ(closed.at("state").as_string(), "closed");
  EXPECT_EQ(closed.at("text").as_string(), "") << "what is closed is not said again";
}

TEST_F(Questions, OneThatWaitsIsClosedForItsAskerAlone) {
  open();
  TestViewer lin(house, kLin);
  TestViewer wu(house, kWu);
  ASSERT_TRUE(lin.connect() && wu.connect());
  const Question question = asked(kLin, "something rude?");
  ASSERT_TRUE(move(question, QuestionStep::close));
  EXPECT_EQ(lin.until("own_question").at("state").as_string(), "closed");
  house.change_showcase(1);
  wu.until("showcase_changed");
  EXPECT_EQ(std::count(wu.page.everything.begin(), wu.page.everything.end(), "question"), 0);
}

TEST_F(Questions, OneIsPinnedAtATime) {
  open();
  const Question first = asked(kLin, "first?");
  const Question second = asked(kWu, "second?");
  EXPECT_EQ(run(service().pin(first.id, true)).error().reason, "rooms.question_state");
  for (const Question& one : {first, second}) {
    ASSERT_TRUE(move(one, QuestionStep::show));
    ASSERT_TRUE(run(service().pin(one.id, true)));
  }
  EXPECT_FALSE(run(service().find(first.id))->pinned);
  TestViewer late(house, "gst_0000000000003");
  ASSERT_TRUE(late.connect());
  const auto items = late.until("snapshot").at("questions").at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].at("pinned"), false);
  EXPECT_EQ(items[1].at("pinned"), true);
}

TEST_F(Questions, AreThereAfterARestartAndGoneWhenTheHostClosesAll) {
  open();
  const Question question = asked(kLin, "does it fit?");
  asked(kWu, "what colours?");
  ASSERT_TRUE(move(question, QuestionStep::answer, "Yes."));
  house.restart();
  ASSERT_TRUE(run(service().load()));
  TestViewer viewer(house, kWu);
  ASSERT_TRUE(viewer.connect());
  const auto snapshot = viewer.until("snapshot").at("questions");
  EXPECT_EQ(snapshot.at("open"), true);
  EXPECT_EQ(snapshot.at("items").at(0).at("answer"), "Yes.");
  open(false);
  EXPECT_EQ(viewer.until("questions").at("open"), false);
  const auto lists = run(service().lists_for_staff("demo"));
  EXPECT_TRUE(lists->shown.empty() && lists->waiting.empty());
  EXPECT_EQ(refusal(kLin, "anyone?"), "rooms.questions_closed");
}

TEST_F(Questions, OfARehearsalEndWithIt) {
  const auto rehearsal = run(house.sessions->schedule("demo", {.practice = true}, {"t", "p", "d"}));
  ASSERT_TRUE(rehearsal);
  open();
  ASSERT_TRUE(move(asked(kLin, "is this on?"), QuestionStep::show));
  ASSERT_TRUE(run(house.sessions->step(rehearsal->session.id, LiveStep::end)));
  TestViewer viewer(house, kWu);
  ASSERT_TRUE(viewer.connect());
  const auto questions = viewer.until("snapshot").at("questions");
  EXPECT_EQ(questions.at("open"), false);
  EXPECT_TRUE(questions.at("items").as_array().empty());
  EXPECT_TRUE(run(service().lists_for("demo", kWu))->shown.empty());
}

// More than a room shows make room, but never the pinned one.
TEST(ShownQuestions, TheOldestGoesFirstButNotThePinnedOne) {
  ShownQuestions shown;
  for (int64_t id = 1; id <= static_cast<int64_t>(ShownQuestions::kMost) + 5; ++id)
    shown.take({.id = {id}, .state = QuestionState::shown, .pinned = id == 1});
  EXPECT_EQ(shown.all().size(), ShownQuestions::kMost);
  EXPECT_TRUE(shown.all().contains(QuestionId{1}));
  EXPECT_FALSE(shown.all().contains(QuestionId{2}));
}

}  // namespace
}  // namespace vitrine
