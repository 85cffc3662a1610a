#include "rooms/room_rights.h"

namespace vitrine {
namespace {

enum class May : uint8_t { no, yes };
struct ActRow {
  RoomAct act;
  Right site;
  std::array<May, 4> by_role;  // host, co-host, assistant, moderator
};
constexpr May o = May::yes;
constexpr May x = May::no;

// An assistant helps with single lines and viewers; who stays away for long, and the rules, are for those
// who answer for the room. Only its host gives roles.
constexpr std::array<ActRow, enum_names(RoomAct{}).size()> kTable{{
    //                                               host co-host assistant moderator
    {RoomAct::delete_line, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::review_lines, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::handle_reports, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::mute, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::kick, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::ban, Right::room_moderate, {{o, o, x, o}}},
    {RoomAct::chat_rules, Right::room_moderate, {{o, o, x, o}}},
    {RoomAct::questions, Right::room_moderate, {{o, o, o, o}}},
    {RoomAct::room_access, Right::room_write, {{o, x, x, x}}},
    {RoomAct::room_roles, Right::room_write, {{o, x, x, x}}},
}};

}  // namespace

bool may(RoomRole role, RoomAct act) {
  return kTable[static_cast<size_t>(act)].by_role[static_cast<size_t>(role)] == May::yes;
}

Right site_right(RoomAct act) {
  return kTable[static_cast<size_t>(act)].site;
}

}  // namespace vitrine
