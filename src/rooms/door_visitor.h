// Who stands at a room's door: what the decision about it needs to know, and the name its play tokens carry.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

namespace vitrine {

struct DoorVisitor {
  std::string id{};       // "usr_..." or "gst_..."
  std::string guest{};    // of a buyer: the browser's guest identity, which stays when it signs in
  std::string session{};  // of the sign-in, a buyer's or staff's; empty for guests
  std::string address{};  // address_group() of where it comes from; empty when a proxy hides it
  bool is_staff = false;

  // A browser stays the same when it signs in or out.
  const std::string& device() const { return guest.empty() ? id : guest; }
};

// "usr_X-ses_Y", "gst_X", "staff-ses_Y": so a token ends with the sign-in it was made in.
std::string watch_name(const DoorVisitor& visitor);
// What the name says: id, session and whether it is staff. A name that staff thought of for a player of
// their own has neither and gives an empty id.
DoorVisitor named_visitor(std::string_view name);

}  // namespace vitrine
