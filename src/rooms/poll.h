// A poll of a room: a question, its options, and how many chose each.
//
//   draft --open--> open --close--> closing --its result is shown--> closed
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace vitrine {

struct PollTag {
  static constexpr std::string_view prefix = "pll_";
};
using PollId = Id<PollTag>;

// closing: takes no vote any more, and its result is about to be shown.
enum class PollState : uint8_t { draft, open, closing, closed };
constexpr std::array<std::string_view, 4> enum_names(PollState) {
  return {"draft", "open", "closing", "closed"};
}

struct Poll {
  PollId id{};
  std::string room{};
  std::string question{};
  std::vector<std::string> options{};
  PollState state = PollState::draft;
  bool practice = false;  // of a rehearsal: nobody is told of it later
  WallTime made{};
  WallTime opened{};
  WallTime closed{};
  std::vector<int64_t> counts{};  // votes by option
};

}  // namespace vitrine
