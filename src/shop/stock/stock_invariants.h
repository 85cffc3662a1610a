// Finds what must never be: pools that disagree with their movements or holds (SHOP-RULES 9).
#pragma once

#include <string>
#include <vector>

#include "store/transaction.h"

namespace vitrine {

// One sentence for each broken pool, at most 20; empty when all is whole.
Result<std::vector<std::string>> find_stock_breaches(Transaction& tx);

}  // namespace vitrine
