// The HTTP side of polls.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/poll_service.h"

namespace vitrine {

struct PollView {
  PollId poll{};
  std::string question{};
  std::vector<std::string> options{};
  std::string state{};
  std::vector<int64_t> counts{};
  std::optional<int64_t> mine{};
  int64_t made_at_ms = 0;
  static constexpr std::string_view schema_name = "Poll";
  static constexpr auto fields() {
    return std::tuple{field("poll", &PollView::poll),
                      field("question", &PollView::question),
                      field("options", &PollView::options),
                      field("state", &PollView::state, {.help = "draft, open or closed"}),
                      field("counts", &PollView::counts, {.help = "votes by option"}),
                      field("mine", &PollView::mine, {.help = "the option the viewer voted for, from 0"}),
                      field("made_at_ms", &PollView::made_at_ms)};
  }
};
struct PollList {
  std::vector<PollView> items{};
  static constexpr std::string_view schema_name = "PollList";
  static constexpr auto fields() { return std::tuple{field("items", &PollList::items)}; }
};
struct NewPoll {
  std::string question{};
  std::vector<std::string> options{};
  static constexpr std::string_view schema_name = "NewPoll";
  static constexpr auto fields() {
    return std::tuple{
        field("question", &NewPoll::question, {.min = 1, .max = 80}),
        field("options", &NewPoll::options, {.help = "of 1 to 30 characters", .min = 2, .max = 6})};
  }
};
struct PollVote {
  int64_t option = 0;
  static constexpr std::string_view schema_name = "PollVote";
  static constexpr auto fields() {
    return std::tuple{field("option", &PollVote::option, {.help = "from 0", .min = 0, .max = 5})};
  }
};

class PollApi {
 public:
  PollApi(RoomsContext& context, PollService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<PollView>> make(Call call, NewPoll body);
  Task<Reply<PollList>> list(Call call);
  Task<Reply<PollView>> open(Call call);
  Task<Reply<PollView>> close(Call call);
  Task<Reply<PollView>> get(Call call);
  Task<Reply<PollView>> vote(Call call, PollVote body);

  Task<Result<PollSeen>> poll_for(const Call& call);
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  PollService& service_;
};

}  // namespace vitrine
