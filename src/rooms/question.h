// A question of a viewer to the host, and the questions a room shows.
//
//   waiting --show--> shown --answer--> answered     waiting --answer--> answered
//   waiting, shown, answered --close--> closed
//
// Thread  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace vitrine {

struct QuestionTag {
  static constexpr std::string_view prefix = "qst_";
};
using QuestionId = Id<QuestionTag>;

enum class QuestionState : uint8_t { waiting, shown, answered, closed };
constexpr std::array<std::string_view, 4> enum_names(QuestionState) {
  return {"waiting", "shown", "answered", "closed"};
}
enum class QuestionStep : uint8_t { show, answer, close };
constexpr std::array<std::string_view, 3> enum_names(QuestionStep) {
  return {"show", "answer", "close"};
}

// Empty when the step means nothing in that state.
constexpr std::optional<QuestionState> next_state(QuestionState from, QuestionStep step) {
  using enum QuestionState;
  if (from == closed) return std::nullopt;
  if (step == QuestionStep::close) return closed;
  if (step == QuestionStep::show) return from == waiting ? std::optional(shown) : std::nullopt;
  return from == answered ? std::nullopt : std::optional(answered);
}

struct Question {
  QuestionId id{};
  std::string room{};
  std::string author{};  // the viewer's id; never shown
  std::string name{};    // what the viewer was called when it asked
  std::string text{};
  std::string answer{};  // in writing; empty when the host answered aloud
  QuestionState state = QuestionState::waiting;
  bool pinned = false;    // stands over the picture; one in a room
  bool practice = false;  // of a rehearsal: nobody is told of it later
  WallTime asked{};
};

// What viewers see of a room's questions.
class ShownQuestions {
 public:
  static constexpr size_t kMost = 20;

  bool open() const { return open_; }
  // Closing takes every question off the screens.
  void set_open(bool open, bool practice) {
    open_ = open;
    opened_in_practice_ = open && practice;
    if (!open) questions_.clear();
  }
  // The oldest one that is not pinned makes room; a pinned one unpins the one before.
  void take(Question question) {
    questions_.erase(question.id);
    if (question.state == QuestionState::closed || question.state == QuestionState::waiting) return;
    if (question.pinned) {
      for (auto& [id, other] : questions_) other.pinned = false;
    }
    questions_[question.id] = std::move(question);
    if (questions_.size() <= kMost) return;
    const auto oldest =
        questions_.begin()->second.pinned ? std::next(questions_.begin()) : questions_.begin();
    questions_.erase(oldest);
  }
  // A rehearsal ended: what it opened is closed.
  void forget_practice() {
    if (opened_in_practice_) set_open(false, false);
    std::erase_if(questions_, [](const auto& entry) { return entry.second.practice; });
  }
  // By id, so the oldest first.
  const std::map<QuestionId, Question>& all() const { return questions_; }

 private:
  bool open_ = false;
  bool opened_in_practice_ = false;
  std::map<QuestionId, Question> questions_;
};

}  // namespace vitrine
