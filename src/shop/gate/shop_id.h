// The shop every row belongs to. There is one, "default"; the column exists from the first migration
// so that more can come without touching a row.
#pragma once

#include <string_view>

namespace vitrine {

inline constexpr std::string_view kShop = "default";

}  // namespace vitrine
