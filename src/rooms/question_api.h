// The HTTP side of questions.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/question_service.h"

namespace vitrine {

// Of staff with who asked; of viewers without.
struct QuestionView {
  QuestionId question{};
  std::optional<std::string> account{};
  std::string name{};
  std::string text{};
  std::string answer{};
  QuestionState state = QuestionState::waiting;
  bool pinned = false;
  int64_t asked_at_ms = 0;
  static constexpr std::string_view schema_name = "Question";
  static constexpr auto fields() {
    return std::tuple{field("question", &QuestionView::question),
                      field("account", &QuestionView::account, {.help = "Staff only: who asked"}),
                      field("name", &QuestionView::name),
                      field("text", &QuestionView::text),
                      field("answer", &QuestionView::answer, {.help = "empty when answered aloud"}),
                      field("state", &QuestionView::state),
                      field("pinned", &QuestionView::pinned, {.help = "stands over the picture"}),
                      field("asked_at_ms", &QuestionView::asked_at_ms)};
  }
};
struct QuestionList {
  bool open = false;
  std::vector<QuestionView> items{};
  std::vector<QuestionView> mine{};
  static constexpr std::string_view schema_name = "QuestionList";
  static constexpr auto fields() {
    return std::tuple{
        field("open", &QuestionList::open, {.help = "whether viewers may ask"}),
        field("items", &QuestionList::items, {.help = "those shown to the room, oldest first"}),
        field("mine", &QuestionList::mine, {.help = "the viewer's own that are not closed, newest first"})};
  }
};
struct QuestionDeskView {
  bool open = false;
  std::vector<QuestionView> waiting{};
  std::vector<QuestionView> shown{};
  static constexpr std::string_view schema_name = "QuestionDesk";
  static constexpr auto fields() {
    return std::tuple{field("open", &QuestionDeskView::open, {.help = "whether viewers may ask"}),
                      field("waiting", &QuestionDeskView::waiting, {.help = "newest first"}),
                      field("shown", &QuestionDeskView::shown, {.help = "and answered, oldest first"})};
  }
};
struct NewQuestion {
  std::string text{};
  static constexpr std::string_view schema_name = "NewQuestion";
  // Chat's own limit comes later and says so by name.
  static constexpr auto fields() {
    return std::tuple{field("text", &NewQuestion::text, {.min = 1, .max = 1'000})};
  }
};
struct QuestionsSwitch {
  bool open = false;
  static constexpr std::string_view schema_name = "QuestionsSwitch";
  static constexpr auto fields() { return std::tuple{field("open", &QuestionsSwitch::open)}; }
};
struct QuestionAnswer {
  std::string answer{};
  static constexpr std::string_view schema_name = "QuestionAnswer";
  static constexpr auto fields() {
    return std::tuple{
        field("answer", &QuestionAnswer::answer, {.help = "empty: it was answered aloud", .max = 300})};
  }
};
struct QuestionPin {
  bool pinned = false;
  static constexpr std::string_view schema_name = "QuestionPin";
  static constexpr auto fields() { return std::tuple{field("pinned", &QuestionPin::pinned)}; }
};

class QuestionApi {
 public:
  QuestionApi(RoomsContext& context, QuestionService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<QuestionView>> ask(Call call, NewQuestion body);
  Task<Reply<QuestionList>> list(Call call);
  Task<Reply<QuestionDeskView>> desk(Call call);
  Task<Reply<QuestionDeskView>> set_open(Call call, QuestionsSwitch body);
  Task<Reply<QuestionView>> move(Call call, QuestionStep step, std::string answer);
  Task<Reply<QuestionView>> pin(Call call, QuestionPin body);

  // Errors: `unauthenticated` "members.staff_only", `forbidden` "members.no_right".
  std::optional<Error> refusal(const Call& call, const std::string& room) const;
  Task<Result<QuestionId>> question_for(const Call& call);
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  QuestionService& service_;
};

}  // namespace vitrine
