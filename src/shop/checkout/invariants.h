// Finds what must never be, across stock, orders, payments and the ledger (SHOP-RULES 6, 8, 9, 18).
#pragma once

#include <string>
#include <vector>

#include "store/transaction.h"

namespace vitrine {

// One sentence for each thing broken; empty when the shop is whole:
//   pools against movements, holds and grabs; holds against the state of their order; flash sales against
//   their units and limits; coupons against
//   their claims and orders; money received against
//   the ledger; the ledger's balance and chain.
Result<std::vector<std::string>> find_breaches(Transaction& tx);

}  // namespace vitrine
