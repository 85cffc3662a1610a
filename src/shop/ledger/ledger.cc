#include "shop/ledger/ledger.h"

#include <fmt/format.h>

#include "shop/gate/shop_id.h"

namespace vitrine {
namespace {

constexpr int64_t kPageEntries = 500;

Result<std::map<int64_t, std::vector<LedgerLine>>> read_lines(Transaction& tx, int64_t after, int64_t to) {
  auto rows = tx.query(
      "SELECT n, account, amount, currency FROM ledger_line "
      "WHERE shop_id = $1 AND n > $2 AND n <= $3 ORDER BY n, line",
      kShop, after, to);
  if (!rows) return rows.error();
  std::map<int64_t, std::vector<LedgerLine>> out;
  for (const Row& row : *rows) {
    out[row.integer(0)].push_back(
        {static_cast<LedgerAccount>(row.integer(1)),
         {row.integer(2), Currency::parse(row.text(3)).value_or(Currency{{'?', '?', '?'}})}});
  }
  return out;
}

// Takes the next entry into the report; what is wrong with it, if anything.
std::optional<std::string> take(LedgerReport& report, const LedgerEntry& entry, const std::string& hash) {
  if (entry.n != report.entries + 1) {
    return fmt::format("entry {} is missing: {} follows {}", report.entries + 1, entry.n, report.entries);
  }
  const auto names = enum_names(LedgerAccount{});
  for (const LedgerLine& line : entry.lines) {
    if (static_cast<size_t>(line.account) >= names.size())
      return fmt::format("entry {} names no account of ours", entry.n);
  }
  if (!is_balanced(entry.lines)) return fmt::format("entry {} does not balance", entry.n);
  if (chain_hash(report.head, entry) != hash) {
    return fmt::format("entry {} does not continue the chain: it or one before it was changed", entry.n);
  }
  for (const LedgerLine& line : entry.lines) {
    const auto account = static_cast<size_t>(line.account);
    report.balances[fmt::format("{} {}", names[account], line.amount.currency.str())] += line.amount.amount;
  }
  report.entries = entry.n;
  report.head = hash;
  return std::nullopt;
}

}  // namespace

Result<LedgerEnd> ledger_end(Transaction& tx) {
  auto rows = tx.query("SELECT n, hash FROM ledger_entry WHERE shop_id = $1 ORDER BY n DESC LIMIT 1", kShop);
  if (!rows) return rows.error();
  if (rows->empty()) return LedgerEnd{0, std::string(kLedgerGenesis)};
  return LedgerEnd{rows->front().integer(0), rows->front().text(1)};
}

Result<void> add_entry(Transaction& tx, LedgerEntry entry) {
  if (entry.lines.empty() || !is_balanced(entry.lines))
    return Error{ErrorKind::internal, "shop.broken_entry"};
  auto head = ledger_end(tx);
  if (!head) return head.error();
  entry.n = head->n + 1;
  auto put = tx.execute(
      "INSERT INTO ledger_entry (shop_id, n, at_ms, cause, order_id, payment, refund, hash) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      kShop, entry.n, entry.at, entry.cause, entry.order, entry.payment, entry.refund,
      chain_hash(head->hash, entry));
  if (!put) return put.error();
  for (size_t at = 0; at < entry.lines.size(); ++at) {
    const LedgerLine& line = entry.lines[at];
    auto lined = tx.execute(
        "INSERT INTO ledger_line (shop_id, n, line, account, amount, currency) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        kShop, entry.n, at, line.account, line.amount.amount, line.amount.currency.str());
    if (!lined) return lined.error();
  }
  return {};
}

Result<LedgerReport> verify_ledger(Transaction& tx, std::string_view expected_head) {
  LedgerReport report{.head = std::string(kLedgerGenesis)};
  while (!report.fault) {
    auto rows = tx.query(
        "SELECT n, at_ms, cause, order_id, payment, refund, hash FROM ledger_entry "
        "WHERE shop_id = $1 AND n > $2 ORDER BY n LIMIT $3",
        kShop, report.entries, kPageEntries);
    if (!rows) return rows.error();
    if (rows->empty()) break;
    auto lines = read_lines(tx, report.entries, rows->back().integer(0));
    if (!lines) return lines.error();
    for (const Row& row : *rows) {
      const LedgerEntry entry{row.integer(0),          row.time(1),          row.text(2),
                              row.id<OrderId>(3),      row.id<PaymentId>(4), row.id<RefundId>(5),
                              (*lines)[row.integer(0)]};
      report.fault = take(report, entry, row.text(6));
      if (report.fault) break;
    }
  }
  if (!report.fault && !expected_head.empty() && report.head != expected_head) {
    report.fault = "the head is not the one given: entries were cut off or added";
  }
  return report;
}

}  // namespace vitrine
