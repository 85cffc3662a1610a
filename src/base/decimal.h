// Amounts as people write them: "9.90".
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/money.h"

namespace vitrine {

// Decimals that amounts of a currency are written with: 2 of CNY, 0 of JPY.
int decimals_of(Currency currency);
std::string decimal_amount(Money money);
// "9.9", "9.90" and "9" are amounts. Errors: `invalid_input` "money.amount" for anything else: below 0, with
// more decimals than the currency has, past 64 bits.
Result<Money> parse_decimal(std::string_view text, Currency currency);

}  // namespace vitrine
