// The shop's tables, in the order they came to be. Forward only.
#pragma once

#include <vector>

#include "store/database.h"

namespace vitrine {

std::vector<Migration> shop_migrations();

}  // namespace vitrine
