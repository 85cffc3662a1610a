#include "members/buyer_store.h"

#include "contract/events.h"

namespace vitrine {
namespace {

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

Result<std::optional<SignInCode>> find_code(Transaction& transaction, const std::string& phone_index) {
  const auto rows = transaction.query(
      "SELECT digest, sent_ms, expires_ms, tries FROM sign_in_codes"
      " WHERE shop_id = 'default' AND phone_index = $1",
      phone_index);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<SignInCode>();
  const Row& row = rows->front();
  return std::optional(SignInCode{phone_index, row.text(0), row.time(1), row.time(2), row.integer(3)});
}

Result<void> put_code(Transaction& transaction, const SignInCode& code) {
  const auto cleared = transaction.execute(
      "DELETE FROM sign_in_codes WHERE shop_id = 'default' AND phone_index IN (SELECT phone_index"
      " FROM sign_in_codes WHERE expires_ms < $1 ORDER BY expires_ms LIMIT 10)",
      code.sent);
  if (!cleared) return cleared.error();
  return done(transaction.execute(
      "INSERT INTO sign_in_codes (shop_id, phone_index, digest, sent_ms, expires_ms, tries)"
      " VALUES ('default', $1, $2, $3, $4, 0) ON CONFLICT (shop_id, phone_index) DO UPDATE"
      " SET digest = excluded.digest, sent_ms = excluded.sent_ms, expires_ms = excluded.expires_ms, tries = "
      "0",
      code.phone_index, code.digest, code.sent, code.expires));
}

Result<void> count_try(Transaction& transaction, const std::string& phone_index) {
  return done(transaction.execute(
      "UPDATE sign_in_codes SET tries = tries + 1 WHERE shop_id = 'default' AND phone_index = $1",
      phone_index));
}

Result<void> delete_code(Transaction& transaction, const std::string& phone_index) {
  return done(transaction.execute("DELETE FROM sign_in_codes WHERE shop_id = 'default' AND phone_index = $1",
                                  phone_index));
}

Result<BuyerAccount> find_or_add_buyer(Transaction& transaction, const BuyerKey& key, AccountId fresh,
                                       const std::string& name, WallTime now) {
  const std::string column = key.phone_index.empty() ? "subject_index" : "phone_index";
  const auto known =
      transaction.query("SELECT account, name FROM buyers WHERE shop_id = 'default' AND " + column + " = $1",
                        key.phone_index.empty() ? key.subject_index : key.phone_index);
  if (!known) return known.error();
  if (!known->empty()) return BuyerAccount{known->front().id<AccountId>(0), known->front().text(1)};
  const auto added = transaction.execute(
      "INSERT INTO buyers (shop_id, account, phone_index, phone, subject_index, name, created_ms)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6)",
      fresh, unless_empty(key.phone_index), unless_empty(key.phone_sealed), unless_empty(key.subject_index),
      name, now);
  if (!added) return added.error();
  return BuyerAccount{fresh, name, true};
}

Result<void> rename_buyer(Transaction& transaction, AccountId account, const std::string& name) {
  return done(transaction.execute("UPDATE buyers SET name = $1 WHERE account = $2", name, account));
}

Result<void> record_consent(Transaction& transaction, AccountId account, const std::string& version,
                            WallTime now) {
  return done(transaction.execute(
      "INSERT INTO consents (shop_id, account, version, at_ms) VALUES ('default', $1, $2, $3)"
      " ON CONFLICT (shop_id, account, version) DO NOTHING",
      account, version, now));
}

Result<void> insert_buyer_session(Transaction& transaction, const BuyerSession& session) {
  const auto cleared = transaction.execute(
      "DELETE FROM buyer_sessions WHERE session IN (SELECT session FROM buyer_sessions"
      " WHERE expires_ms < $1 ORDER BY expires_ms LIMIT 10)",
      session.created);
  if (!cleared) return cleared.error();
  return done(
      transaction.execute("INSERT INTO buyer_sessions (shop_id, session, account, created_ms, expires_ms)"
                          " VALUES ('default', $1, $2, $3, $4)",
                          session.session, session.account, session.created, session.expires));
}

Result<void> delete_buyer_session(Transaction& transaction, SessionId session) {
  const auto gone = transaction.execute("DELETE FROM buyer_sessions WHERE session = $1", session);
  if (!gone) return gone.error();
  return *gone == 0 ? Result<void>() : transaction.emit(session.str(), 1, SessionEnded{session});
}

Result<int64_t> tier_of(Transaction& transaction, AccountId account) {
  const auto rows = transaction.query("SELECT tier FROM buyers WHERE account = $1", account);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "members.buyer"};
  return rows->front().integer(0);
}

Result<void> set_tier(Transaction& transaction, AccountId account, int64_t tier, WallTime now) {
  const auto set = transaction.execute("UPDATE buyers SET tier = $1 WHERE account = $2", tier, account);
  if (!set) return set.error();
  if (*set == 0) return Error{ErrorKind::not_found, "members.buyer"};
  return transaction.emit(account.str(), now.ms, BuyerTierChanged{account, tier});
}

Result<std::vector<BuyerRow>> list_buyers(Transaction& transaction, const BuyerQuery& query) {
  const auto rows = transaction.query(
      "SELECT account, name, phone, tier, created_ms FROM buyers WHERE shop_id = 'default'"
      " AND ($1 = '' OR name LIKE '%' || $1 || '%' OR phone_index = $2) AND tier >= $3 AND account < $4"
      " ORDER BY account DESC LIMIT $5",
      query.text, query.phone_index, query.tier_min, query.before, static_cast<int64_t>(query.limit));
  if (!rows) return rows.error();
  std::vector<BuyerRow> out;
  for (const Row& row : *rows) {
    out.push_back({.account = row.id<AccountId>(0),
                   .name = row.text(1),
                   .phone_sealed = row.maybe_text(2).value_or(std::string()),
                   .tier = row.integer(3),
                   .created = row.time(4)});
  }
  return out;
}

}  // namespace vitrine
