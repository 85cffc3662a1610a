// The ledger's head, signed and written down once a day (SHOP-RULES 18): whoever cuts the tail off the
// tables, or writes an entry and all hashes after it anew, does not have the files that were carried
// elsewhere.
//
// Owns    the signing key (Ed25519) and DIRECTORY with one file a day, YYYY-MM-DD.json in UTC.
// Thread  any that may block, one at a time; compare_heads() inside a closure.
// Never   writes a day's file twice.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "base/random.h"
#include "base/result.h"
#include "store/transaction.h"

namespace vitrine {

struct LedgerHead {
  int64_t entries = 0;
  std::string head;
  int64_t taken_ms = 0;
  std::string public_key;  // 64 hexadecimal digits
  std::string signature;   // of "vitrine ledger head\nENTRIES\nHEAD\nTAKEN_MS"
  static constexpr auto fields() {
    return std::tuple{field("entries", &LedgerHead::entries, {.min = 0}), field("head", &LedgerHead::head),
                      field("taken_ms", &LedgerHead::taken_ms),
                      field("public_key", &LedgerHead::public_key, {.min = 64, .max = 64}),
                      field("signature", &LedgerHead::signature, {.min = 128, .max = 128})};
  }
};

class LedgerHeads {
 public:
  explicit LedgerHeads(std::string directory) : directory_(std::move(directory)) {}

  // Reads the key, making it when missing. Errors: load_secret's.
  Result<void> load(const std::string& key_path, Random& random);
  // Writes the file of `now`'s day; false when it is there. Errors: `unavailable` "shop.ledger_heads".
  Result<bool> write_day(int64_t entries, const std::string& head, WallTime now) const;
  // What was written, by day. Errors: `internal` "shop.ledger_head_forged" when one is not signed with our
  // key, `unavailable` "shop.ledger_heads" when one cannot be read.
  Result<std::vector<LedgerHead>> read() const;

 private:
  std::string directory_;
  std::string seed_;
};

// What of the ledger is not what the heads say, in one sentence. Errors: the database's.
Result<std::optional<std::string>> compare_heads(Transaction& tx, const std::vector<LedgerHead>& heads);

}  // namespace vitrine
