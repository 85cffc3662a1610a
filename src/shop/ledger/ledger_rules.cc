#include "shop/ledger/ledger_rules.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <map>

#include "base/hex.h"

namespace vitrine {
namespace {

Money minus(Money money) {
  return {-money.amount, money.currency};
}

// Lines of nothing are left out: an order without shipping has no shipping line.
std::vector<LedgerLine> without_zeros(std::vector<LedgerLine> lines) {
  std::erase_if(lines, [](const LedgerLine& line) { return line.amount.amount == 0; });
  return lines;
}

}  // namespace

bool is_balanced(const std::vector<LedgerLine>& lines) {
  std::map<std::string_view, int64_t> sums;
  for (const LedgerLine& line : lines) sums[line.amount.currency.str()] += line.amount.amount;
  for (const auto& [currency, sum] : sums) {
    if (sum != 0) return false;
  }
  return true;
}

std::string chain_hash(std::string_view former, const LedgerEntry& entry) {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", former, entry.n, entry.at.ms, entry.cause,
                                 entry.order.value, entry.payment.value, entry.refund.value);
  for (const LedgerLine& line : entry.lines) {
    text += fmt::format("{} {} {}\n", enum_names(line.account)[static_cast<size_t>(line.account)],
                        line.amount.amount, line.amount.currency.str());
  }
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return to_hex(digest);
}

std::vector<LedgerLine> sale_lines(const OrderMoney& money) {
  return without_zeros({{LedgerAccount::buyer_receivable, money.total},
                        {LedgerAccount::discounts, money.discount},
                        {LedgerAccount::revenue, minus(money.items)},
                        {LedgerAccount::shipping, minus(money.shipping)},
                        {LedgerAccount::provider_clearing, money.total},
                        {LedgerAccount::buyer_receivable, minus(money.total)}});
}

std::vector<LedgerLine> deposit_lines(Money amount) {
  return {{LedgerAccount::provider_clearing, amount}, {LedgerAccount::customer_deposits, minus(amount)}};
}

std::vector<LedgerLine> deposit_refund_lines(Money amount) {
  return {{LedgerAccount::customer_deposits, amount}, {LedgerAccount::provider_clearing, minus(amount)}};
}

std::vector<LedgerLine> sale_refund_lines(Money amount) {
  return {{LedgerAccount::refunds, amount}, {LedgerAccount::provider_clearing, minus(amount)}};
}

}  // namespace vitrine
