// What each role may do: the one table.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <vector>

#include "net/caller.h"

namespace vitrine {

// A bit per Right, as StaffCaller::rights carries them.
uint32_t rights_of(Role role);
// The names of the set bits ("order.read"), in the order of the enumeration.
std::vector<std::string> right_names(uint32_t rights);

}  // namespace vitrine
