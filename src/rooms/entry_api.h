// How a page asks at the door of a room: may this viewer be inside, and what may it do there.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/context.h"

namespace vitrine {

enum class EntryState : uint8_t { inside, kicked, banned };
constexpr std::array<std::string_view, 3> enum_names(EntryState) {
  return {"inside", "kicked", "banned"};
}

struct EntryView {
  EntryState state = EntryState::inside;
  int64_t until_ms = 0;
  std::string reason;
  std::vector<RoomAct> acts;
  static constexpr std::string_view schema_name = "RoomEntry";
  static constexpr auto fields() {
    return std::tuple{
        field("state", &EntryView::state, {.help = "inside: the socket lets the viewer in"}),
        field("until_ms", &EntryView::until_ms, {.help = "of a state that ends by itself; else 0"}),
        field("reason", &EntryView::reason, {.help = "in the words of staff"}),
        field("acts", &EntryView::acts, {.help = "what the viewer may do in this room"})};
  }
};

class EntryApi {
 public:
  explicit EntryApi(RoomsContext& context) : context_(context) {}
  void add_routes(Router& router);

 private:
  Task<Reply<EntryView>> get(Call call);

  RoomsContext& context_;
};

}  // namespace vitrine
