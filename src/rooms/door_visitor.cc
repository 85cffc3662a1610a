#include "rooms/door_visitor.h"

#include "base/ids.h"

namespace vitrine {
namespace {

constexpr std::string_view kStaff = "staff";

}  // namespace

std::string watch_name(const DoorVisitor& visitor) {
  std::string out = visitor.is_staff ? std::string(kStaff) : visitor.id;
  if (!visitor.session.empty()) out += "-" + visitor.session;
  return out;
}

DoorVisitor named_visitor(std::string_view name) {
  const size_t dash = name.find('-');
  const std::string_view who = name.substr(0, dash);
  DoorVisitor out;
  if (dash != std::string_view::npos && SessionId::parse(name.substr(dash + 1)))
    out.session = name.substr(dash + 1);
  out.is_staff = who == kStaff && !out.session.empty();
  if (AccountId::parse(who) || GuestId::parse(who)) out.id = who;
  return out;
}

}  // namespace vitrine
