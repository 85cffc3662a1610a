#include "members/audit.h"

#include <boost/json/serialize.hpp>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

constexpr std::string_view kColumns =
    "n, at_ms, actor, act, subject, address, before_digest, after_digest, hash";
constexpr int64_t kPageRows = 1'000;

// JSON keeps the borders between fields, so no two rows have one text.
std::string chain_hash(std::string_view key, std::string_view previous, const boost::json::array& row) {
  return to_hex(hmac_sha256(key, std::string(previous) + boost::json::serialize(row)));
}

std::string digest_of(std::string_view key, const std::string& state) {
  return state.empty() ? std::string() : to_hex(hmac_sha256(key, state));
}

}  // namespace

Result<void> append_audit(Transaction& transaction, std::string_view key, const AuditEntry& entry,
                          WallTime now) {
  const auto last =
      transaction.query("SELECT n, hash FROM audit WHERE shop_id = 'default' ORDER BY n DESC LIMIT 1");
  if (!last) return last.error();
  const int64_t n = last->empty() ? 1 : last->front().integer(0) + 1;
  const std::string previous = last->empty() ? std::string() : last->front().text(1);
  const std::string before = digest_of(key, entry.before);
  const std::string after = digest_of(key, entry.after);
  const std::string hash = chain_hash(
      key, previous, {n, now.ms, entry.actor.value, entry.act, entry.subject, entry.ip, before, after});
  const auto written = transaction.execute(
      "INSERT INTO audit (shop_id, n, at_ms, actor, act, subject, address, before_digest, after_digest, hash)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8, $9)",
      n, now, entry.actor, entry.act, entry.subject, entry.ip, before, after, hash);
  if (!written) return written.error();
  return {};
}

Result<AuditHead> verify_audit(Transaction& transaction, std::string_view key) {
  AuditHead head;
  while (true) {
    const auto rows = transaction.query("SELECT " + std::string(kColumns) +
                                            " FROM audit WHERE shop_id = 'default' AND n > $1"
                                            " ORDER BY n LIMIT $2",
                                        head.rows, kPageRows);
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      const std::string hash = chain_hash(key, head.hash,
                                          {row.integer(0), row.integer(1), row.integer(2), row.text(3),
                                           row.text(4), row.text(5), row.text(6), row.text(7)});
      const bool whole = row.integer(0) == head.rows + 1 && hash == row.text(8);
      if (!whole) return Error{ErrorKind::internal, "members.audit_broken"};
      head = {row.integer(0), hash};
    }
    if (rows->empty()) return head;
  }
}

}  // namespace vitrine
