#include "rooms/poll_service.h"

#include "base/log.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNoOption{ErrorKind::invalid_input, "rooms.poll_option"};
constexpr Error kNotNow{ErrorKind::conflict, "rooms.poll_state"};

}  // namespace

Task<Result<void>> PollService::load() {
  for (const RoomHandlePtr& room : context_.directory.all()) {
    auto polls = co_await list(room->name());
    if (!polls) co_return polls.error();
    bool told_result = false;
    for (Poll& poll : *polls) {
      const bool result =
          poll.state == PollState::closed && !poll.practice && !std::exchange(told_result, true);
      if (poll.state == PollState::closing) {
        const auto shown = co_await show(poll, PollState::closing);
        if (!shown) log_warn("rooms.poll_not_closed", {{"reason", shown.error().reason}});
      } else if (poll.state == PollState::open || result) {
        co_await remember(poll);
      }
    }
  }
  co_return Result<void>();
}

Task<void> PollService::remember(Poll poll) {
  const auto handle = context_.directory.find(poll.room);
  if (!handle) co_return;
  std::function<void(Room&)> use = [poll](Room& room) { room.know_poll(poll); };
  co_await rooms_.at_home(handle, std::move(use));
}

Task<Result<Poll>> PollService::read(PollId id) {
  auto work = [id](Transaction& tx) { return poll_by_id(tx, id); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<MadePoll>> PollService::make(std::string room, std::string question,
                                         std::vector<std::string> options, IdempotencyKey key) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  Poll poll{.id = context_.ids.next<PollId>(),
            .room = room,
            .question = std::move(question),
            .options = std::move(options),
            .practice = context_.lives.rehearses(room),
            .made = context_.clock.wall()};
  poll.counts.assign(poll.options.size(), 0);
  auto work = [poll, key](Transaction& tx) -> Result<MadePoll> {
    const auto known = find_effect(tx, key);
    if (!known) return known.error();
    if (*known) {
      auto made = poll_by_id(tx, PollId{**known});
      if (!made) return made.error();
      return MadePoll{std::move(*made), true};
    }
    if (auto added = insert_poll(tx, poll); !added) return added.error();
    if (auto kept = record_effect(tx, key, poll.id.value, poll.made); !kept) return kept.error();
    return MadePoll{poll, false};
  };
  co_return co_await context_.database->write(std::move(work));
}

// Its event and its state are one transaction.
Task<Result<Poll>> PollService::show(Poll poll, PollState from) {
  const auto handle = context_.directory.find(poll.room);
  if (!handle) co_return kNoRoom;
  poll.state = from == PollState::draft ? PollState::open : PollState::closed;
  RoomService::Effect effect = [id = poll.id, from, to = poll.state, now = context_.clock.wall()](
                                   Transaction& tx) { return move_poll(tx, id, from, to, now); };
  RoomEvent event{.body = poll_body(poll), .change = poll};
  const Result<void> shown = co_await rooms_.publish(handle, std::move(event), std::move(effect));
  if (!shown) co_return shown.error();
  co_return poll;
}

Task<Result<Poll>> PollService::open(PollId id) {
  auto poll = co_await read(id);
  if (!poll) co_return poll.error();
  if (poll->state != PollState::draft) co_return kNotNow;
  co_return co_await show(std::move(*poll), PollState::draft);
}

Task<Result<Poll>> PollService::close(PollId id) {
  auto work = [id, now = context_.clock.wall()](Transaction& tx) -> Result<Poll> {
    if (auto found = poll_by_id(tx, id); !found) return found;
    if (auto moved = move_poll(tx, id, PollState::open, PollState::closing, now); !moved)
      return moved.error();
    return poll_by_id(tx, id);
  };
  auto poll = co_await context_.database->write(std::move(work));
  if (!poll) co_return poll.error();
  co_return co_await show(std::move(*poll), PollState::closing);
}

Task<Result<PollSeen>> PollService::vote(PollId id, std::string viewer, int64_t option) {
  auto poll = co_await read(id);
  if (!poll) co_return poll.error();
  if (option < 0 || static_cast<size_t>(option) >= poll->options.size()) co_return kNoOption;
  auto work = [id, viewer, option, now = context_.clock.wall()](Transaction& tx) {
    return insert_vote(tx, id, viewer, option, now);
  };
  const auto fresh = co_await context_.database->write(std::move(work));
  if (!fresh) co_return fresh.error();
  const auto handle = context_.directory.find(poll->room);
  if (*fresh && handle) {
    std::function<void(Room&)> use = [id, option](Room& room) { room.count_vote(id, option); };
    co_await rooms_.at_home(handle, std::move(use));
  }
  if (*fresh) ++poll->counts[static_cast<size_t>(option)];
  co_return PollSeen{std::move(*poll), option};
}

Task<Result<PollSeen>> PollService::find(PollId id, std::string viewer) {
  auto work = [id, viewer](Transaction& tx) -> Result<PollSeen> {
    auto poll = poll_by_id(tx, id);
    if (!poll) return poll.error();
    const auto mine = vote_of(tx, id, viewer);
    if (!mine) return mine.error();
    return PollSeen{std::move(*poll), *mine};
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<std::vector<Poll>>> PollService::list(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room](Transaction& tx) { return polls_of(tx, room, kListMax); };
  co_return co_await context_.database->read(std::move(work));
}

}  // namespace vitrine
