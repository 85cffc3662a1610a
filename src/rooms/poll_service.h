// The steps of a poll: made, opened, voted in, closed. A vote is answered when it is durable; what viewers
// see of the counts is coalesced by the room.
//
// Owns    nothing; works on the context and the room service.
// Thread  any core; what touches a room goes to its home.
// Never   shows a result that misses an answered vote: a poll takes no vote before its result is counted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rooms/poll_store.h"
#include "rooms/room_service.h"

namespace vitrine {

struct MadePoll {
  Poll poll;
  bool replayed = false;
};
struct PollSeen {
  Poll poll;
  std::optional<int64_t> mine;  // the viewer's own vote
};

class PollService {
 public:
  PollService(RoomsContext& context, RoomService& rooms) : context_(context), rooms_(rooms) {}

  // Start-up, after the rooms: shows what is open, and closes what was closing. Errors: the database's.
  Task<Result<void>> load();

  // All below: `not_found` "rooms.room" or "rooms.poll", and the database's errors.
  Task<Result<MadePoll>> make(std::string room, std::string question, std::vector<std::string> options,
                              IdempotencyKey key);
  // Errors: `conflict` "rooms.poll_state" when it is no draft.
  Task<Result<Poll>> open(PollId id);
  // Errors: `conflict` "rooms.poll_state" when it is not open.
  Task<Result<Poll>> close(PollId id);
  // Again with the same option: answered as before. Errors: those of insert_vote, `invalid_input`
  // "rooms.poll_option".
  Task<Result<PollSeen>> vote(PollId id, std::string viewer, int64_t option);
  Task<Result<PollSeen>> find(PollId id, std::string viewer);
  // Newest first.
  Task<Result<std::vector<Poll>>> list(std::string room);

 private:
  static constexpr int64_t kListMax = 50;

  Task<Result<Poll>> read(PollId id);
  Task<Result<Poll>> show(Poll poll, PollState from);
  Task<void> remember(Poll poll);

  RoomsContext& context_;
  RoomService& rooms_;
};

}  // namespace vitrine
