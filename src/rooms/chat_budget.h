// What a room's viewers are sent of its chat: all of it up to a number of lines a second, and a fair sample
// of the rest. Lines of staff always go and come first. Over the budget lines wait for the end of a slice
// of 250 ms, so that each speaker of that slice has the same chance, however much one of them says.
//
// Owns    the lines of the slice under way.
// Thread  the room's home core.
// Never   delays a line while there is budget, holds more than kWaitingMax lines, or drops one unsaid: what
//         is not shown comes back as unseen, for its speaker to see.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "rooms/room_events.h"

namespace vitrine {

class ChatBudget {
 public:
  static constexpr Milliseconds kSlice{250};
  static constexpr size_t kWaitingMax = 1'024;

  explicit ChatBudget(uint64_t seed) : random_(seed) {}

  // Whether a line said now is shown now; counts it if so. If not: wait().
  bool take(const ChatAuthor& who, int64_t lines_per_second, MonotonicTime now);
  // Puts a line into the slice. With kWaitingMax there, one of them at random is the answer: it is unseen.
  std::vector<ChatLine> wait(ChatLine line);
  bool waiting() const { return !lines_.empty(); }

  struct Slice {
    std::vector<ChatLine> shown;  // in the order they were said
    std::vector<ChatLine> unseen;
  };
  // Ends the slice. First everybody's first line has an equal chance, then everybody's second, and so on.
  Slice end_slice(int64_t lines_per_second, MonotonicTime now);

 private:
  struct Waiting {
    ChatLine line;
    uint64_t order = 0;  // of being said, in this slice
    int turn = 0;        // how many lines of this speaker came before it
    uint64_t lot = 0;
  };

  void refill(int64_t lines_per_second, MonotonicTime now);

  SeededRandom random_;
  double allowance_ = 0;  // lines that may be shown now; at most a second's worth
  MonotonicTime refilled_at_{Microseconds(-1'000'000)};
  std::vector<Waiting> lines_;
  std::unordered_map<std::string, int> said_;  // in this slice, by speaker
  uint64_t order_ = 0;
};

}  // namespace vitrine
