// The tables of the media database, in the order they came to be. Forward only.
#pragma once

#include <vector>

#include "store/database.h"

namespace vitrine {

std::vector<Migration> media_migrations();

}  // namespace vitrine
