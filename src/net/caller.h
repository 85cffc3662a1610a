// Who is asking. A browser may be a viewer (guest or buyer) and staff at the same time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace vitrine {

enum class Role : uint8_t { owner, operator_, host, moderator, support };
constexpr std::array<std::string_view, 5> enum_names(Role) {
  return {"owner", "operator", "host", "moderator", "support"};
}

// What staff may do; members/rights.cc holds the one table of roles and rights.
enum class Right : uint8_t {
  staff_manage,
  settings_write,
  room_write,
  room_moderate,
  stream_key,
  product_write,
  showcase_run,
  order_read,
  order_write,
  sms_read,
  personal_read,
};
constexpr std::array<std::string_view, 11> enum_names(Right) {
  return {"staff.manage", "settings.write", "room.write",  "room.moderate", "stream.key",   "product.write",
          "showcase.run", "order.read",     "order.write", "sms.read",      "personal.read"};
}

struct StaffCaller {
  AccountId id;
  std::string name;
  Role role = Role::support;
  uint32_t rights = 0;  // bit per Right
  SessionId session;
  bool may(Right right) const { return (rights >> static_cast<unsigned>(right) & 1U) != 0; }
};

struct Caller {
  enum class Viewer : uint8_t { none, guest, buyer };
  Viewer viewer = Viewer::none;
  GuestId guest;              // set for guests, and for buyers who were guests before
  AccountId account;          // set for buyers
  SessionId buyer_session{};  // the sign-in that made it a buyer
  std::string name;           // the viewer's display name
  std::optional<StaffCaller> staff;

  bool is_buyer() const { return viewer == Viewer::buyer; }
  // "usr_..." or "gst_..."; empty when there is no viewer identity.
  std::string viewer_id() const {
    if (viewer == Viewer::buyer) return account.str();
    if (viewer == Viewer::guest) return guest.str();
    return {};
  }
};

}  // namespace vitrine
