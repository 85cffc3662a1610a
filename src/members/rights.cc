#include "members/rights.h"

namespace vitrine {
namespace {

enum class May : uint8_t { no, yes };
struct RightRow {
  Right right;
  std::array<May, 5> by_role;  // owner, operator, host, moderator, support
};
constexpr May o = May::yes;
constexpr May x = May::no;

// A host runs the show but sees no buyer; support sees buyers but runs nothing. Only the owner makes
// staff, so nobody can raise themselves. Codes sent to buyers open their accounts: owner and support.
constexpr std::array<RightRow, enum_names(Right{}).size()> kTable{{
    //                       owner operator host moderator support
    {Right::staff_manage, {{o, x, x, x, x}}},
    {Right::settings_write, {{o, o, x, x, x}}},
    {Right::room_write, {{o, o, o, x, x}}},
    {Right::room_moderate, {{o, o, o, o, x}}},
    {Right::stream_key, {{o, o, o, x, x}}},
    {Right::product_write, {{o, o, x, x, x}}},
    {Right::showcase_run, {{o, o, o, x, x}}},
    {Right::order_read, {{o, o, x, x, o}}},
    {Right::order_write, {{o, o, x, x, o}}},
    {Right::sms_read, {{o, x, x, x, o}}},
    {Right::personal_read, {{o, o, x, x, o}}},
}};

}  // namespace

uint32_t rights_of(Role role) {
  uint32_t rights = 0;
  for (const auto& row : kTable) {
    const bool may = row.by_role[static_cast<size_t>(role)] == May::yes;
    if (may) rights |= 1U << static_cast<unsigned>(row.right);
  }
  return rights;
}

std::vector<std::string> right_names(uint32_t rights) {
  std::vector<std::string> names;
  for (size_t bit = 0; bit < enum_names(Right{}).size(); ++bit) {
    if ((rights >> bit & 1U) != 0) names.emplace_back(enum_names(Right{})[bit]);
  }
  return names;
}

}  // namespace vitrine
