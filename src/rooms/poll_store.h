// The SQL of polls and their votes. A viewer has one vote in a poll; a poll that is closing takes none.
//
// Thread  inside a closure of the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rooms/poll.h"
#include "store/transaction.h"

namespace vitrine {

extern const std::string_view kPollTables;

Result<void> insert_poll(Transaction& tx, const Poll& poll);
// Errors: `not_found` "rooms.poll".
Result<Poll> poll_by_id(Transaction& tx, PollId id);
// Newest first.
Result<std::vector<Poll>> polls_of(Transaction& tx, const std::string& room, int64_t count);
// Errors: `conflict` "rooms.poll_state" when it is not in `from`.
Result<void> move_poll(Transaction& tx, PollId id, PollState from, PollState to, WallTime now);
// Errors: `not_found` "rooms.poll"; `conflict` "rooms.poll_state" when it is not open, "rooms.voted" when the
// viewer has chosen otherwise. True when the vote is new.
Result<bool> insert_vote(Transaction& tx, PollId id, const std::string& viewer, int64_t option, WallTime now);
Result<std::optional<int64_t>> vote_of(Transaction& tx, PollId id, const std::string& viewer);

}  // namespace vitrine
