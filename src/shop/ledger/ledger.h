// The shop's books: entries that are only ever added to, each carrying the hash of the one before.
//
// Owns    nothing. Thread  inside a closure on the database's writer or a reader.
// Never   changes or removes an entry: the tables' triggers refuse it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "shop/ledger/ledger_rules.h"
#include "store/transaction.h"

namespace vitrine {

inline constexpr std::string_view kLedgerTables = R"sql(
CREATE TABLE ledger_entry (
  shop_id TEXT NOT NULL, n BIGINT NOT NULL, at_ms BIGINT NOT NULL, cause TEXT NOT NULL,
  order_id BIGINT NOT NULL, payment BIGINT NOT NULL, refund BIGINT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (shop_id, n));
CREATE TABLE ledger_line (
  shop_id TEXT NOT NULL, n BIGINT NOT NULL, line BIGINT NOT NULL, account INTEGER NOT NULL,
  amount BIGINT NOT NULL, currency TEXT NOT NULL,
  PRIMARY KEY (shop_id, n, line));
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_line_stays BEFORE UPDATE ON ledger_line
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_line_kept BEFORE DELETE ON ledger_line
  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
)sql";

// Adds `entry` (its n is given here). Errors: `internal` "shop.broken_entry" when it does not balance.
Result<void> add_entry(Transaction& tx, LedgerEntry entry);

struct LedgerEnd {
  int64_t n = 0;  // 0: there is no entry
  std::string hash;
};
Result<LedgerEnd> ledger_end(Transaction& tx);

// What `vitrine ledger verify` tells.
struct LedgerReport {
  int64_t entries = 0;
  std::string head{};                         // hash of the last entry; kLedgerGenesis when empty
  std::map<std::string, int64_t> balances{};  // "revenue CNY" -> minor units, debit above zero
  std::optional<std::string> fault{};         // the first thing wrong, in one sentence
};

// Walks the whole ledger: every entry balances, numbers have no gap, the chain holds, and the head is
// `expected_head` when one is given (a cut tail shows only so). Errors: the database's.
Result<LedgerReport> verify_ledger(Transaction& tx, std::string_view expected_head = {});

}  // namespace vitrine
