// Double entry and the hash chain, pure (SHOP-RULES 18).
//
// Invariants:
//   1. In every entry, per currency, debits equal credits.
//   2. Entry n carries the hash of entry n - 1; the first carries kLedgerGenesis.
//   3. Nothing hashed is personal data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"

namespace vitrine {

enum class LedgerAccount : uint8_t {
  buyer_receivable,
  customer_deposits,  // money we hold that is not ours: paid too late or twice
  provider_clearing,  // money at the provider or in the till
  revenue,
  shipping,
  discounts,
  refunds,
  provider_fees,
  wallet_liability,  // what buyers have with us
  rounding,
};
constexpr std::array<std::string_view, 10> enum_names(LedgerAccount) {
  return {"buyer_receivable", "customer_deposits", "provider_clearing", "revenue",          "shipping",
          "discounts",        "refunds",           "provider_fees",     "wallet_liability", "rounding"};
}

// One side of an entry: debit above zero, credit below.
struct LedgerLine {
  LedgerAccount account = LedgerAccount::revenue;
  Money amount{};
};

struct LedgerEntry {
  int64_t n = 0;
  WallTime at{};
  std::string cause{};  // "paid", "refunded"
  OrderId order{};
  PaymentId payment{};
  RefundId refund{};  // 0: none
  std::vector<LedgerLine> lines{};
};

inline constexpr std::string_view kLedgerGenesis = "vitrine ledger";

// Whether debits equal credits in each currency.
bool is_balanced(const std::vector<LedgerLine>& lines);

// Hex SHA-256 over the former hash and every field of the entry.
std::string chain_hash(std::string_view former, const LedgerEntry& entry);

// The money of an order, as its entries need it.
struct OrderMoney {
  Money items{};
  Money discount{};
  Money shipping{};
  Money total{};  // items - discount + shipping
};
// A sale paid: the buyer owed it and paid it.
std::vector<LedgerLine> sale_lines(const OrderMoney& money);
// Money taken that no order may keep: late or second payments.
std::vector<LedgerLine> deposit_lines(Money amount);
// That money given back.
std::vector<LedgerLine> deposit_refund_lines(Money amount);
// A sale given back.
std::vector<LedgerLine> sale_refund_lines(Money amount);

}  // namespace vitrine
