#include "members/staff_store.h"

#include "contract/events.h"

namespace vitrine {
namespace {

constexpr std::string_view kUserColumns =
    "SELECT account, name, role, password, password_kind, disabled, created_ms FROM staff_users ";

StaffUser to_user(const Row& row) {
  return {.account = row.id<AccountId>(0),
          .name = row.text(1),
          .role = static_cast<Role>(row.integer(2)),
          .password = row.text(3),
          .password_kind = static_cast<PasswordKind>(row.integer(4)),
          .disabled = row.integer(5) != 0,
          .created = row.time(6)};
}

Result<std::optional<StaffUser>> first_user(Result<Rows> rows) {
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<StaffUser>();
  return std::optional(to_user(rows->front()));
}

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

}  // namespace

std::string staff_name_key(std::string_view name) {
  std::string key(name);
  for (char& c : key) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return key;
}

Result<std::optional<StaffUser>> find_staff_user(Transaction& transaction, std::string_view name) {
  return first_user(transaction.query(
      std::string(kUserColumns) + "WHERE shop_id = 'default' AND name_key = $1", staff_name_key(name)));
}

Result<std::optional<StaffUser>> find_staff_user(Transaction& transaction, AccountId account) {
  return first_user(transaction.query(std::string(kUserColumns) + "WHERE account = $1", account));
}

Result<std::vector<StaffUser>> list_staff_users(Transaction& transaction) {
  const auto rows = transaction.query(std::string(kUserColumns) +
                                      "WHERE shop_id = 'default' ORDER BY created_ms, account LIMIT 500");
  if (!rows) return rows.error();
  std::vector<StaffUser> users;
  for (const auto& row : *rows) users.push_back(to_user(row));
  return users;
}

Result<void> insert_staff_user(Transaction& transaction, const StaffUser& user) {
  const auto written = transaction.execute(
      "INSERT INTO staff_users (shop_id, account, name, name_key, role, password, password_kind, disabled,"
      " created_ms) VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8)",
      user.account, user.name, staff_name_key(user.name), user.role, user.password, user.password_kind,
      user.disabled, user.created);
  if (!written && written.error().reason == "store.unique") {
    return Error{ErrorKind::conflict, "members.name_taken"};
  }
  return done(written);
}

Result<void> update_staff_user(Transaction& transaction, AccountId account, Role role, bool disabled) {
  return done(transaction.execute("UPDATE staff_users SET role = $1, disabled = $2 WHERE account = $3", role,
                                  disabled, account));
}

Result<bool> replace_password(Transaction& transaction, AccountId account, const std::string& old_password,
                              const std::string& new_password, PasswordKind kind) {
  const auto changed = transaction.execute(
      "UPDATE staff_users SET password = $1, password_kind = $2 WHERE account = $3 AND password = $4",
      new_password, kind, account, old_password);
  if (!changed) return changed.error();
  return *changed == 1;
}

Result<int64_t> count_owners(Transaction& transaction) {
  const auto rows = transaction.query(
      "SELECT count(*) FROM staff_users WHERE shop_id = 'default' AND role = $1 AND disabled = 0",
      Role::owner);
  if (!rows) return rows.error();
  return rows->front().integer(0);
}

Result<void> insert_staff_session(Transaction& transaction, const StaffSession& session) {
  return done(transaction.execute(
      "INSERT INTO staff_sessions (shop_id, session, token_digest, account, created_ms, seen_ms, address,"
      " user_agent) VALUES ('default', $1, $2, $3, $4, $5, $6, $7)",
      session.session, session.token_digest, session.account, session.created, session.seen, session.address,
      session.user_agent));
}

Result<std::optional<StaffIdentity>> find_staff_session(Transaction& transaction,
                                                        const std::string& token_digest) {
  const auto rows = transaction.query(
      "SELECT s.session, s.account, s.created_ms, s.seen_ms, u.name, u.role, u.password_kind"
      " FROM staff_sessions s JOIN staff_users u ON u.account = s.account"
      " WHERE s.token_digest = $1 AND u.disabled = 0",
      token_digest);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<StaffIdentity>();
  const Row& row = rows->front();
  return std::optional(
      StaffIdentity{.session = row.id<SessionId>(0),
                    .account = row.id<AccountId>(1),
                    .created = row.time(2),
                    .seen = row.time(3),
                    .name = row.text(4),
                    .role = static_cast<Role>(row.integer(5)),
                    .must_change_password = static_cast<PasswordKind>(row.integer(6)) != PasswordKind::own});
}

Result<std::vector<StaffSession>> list_staff_sessions(Transaction& transaction, AccountId account) {
  const auto rows = transaction.query(
      "SELECT session, created_ms, seen_ms, address, user_agent FROM staff_sessions WHERE account = $1"
      " ORDER BY seen_ms DESC LIMIT 100",
      account);
  if (!rows) return rows.error();
  std::vector<StaffSession> sessions;
  for (const auto& row : *rows) {
    sessions.push_back({.session = row.id<SessionId>(0),
                        .token_digest = {},
                        .account = account,
                        .created = row.time(1),
                        .seen = row.time(2),
                        .address = row.text(3),
                        .user_agent = row.text(4)});
  }
  return sessions;
}

Result<std::optional<AccountId>> delete_staff_session(Transaction& transaction, SessionId session) {
  const auto rows = transaction.query("SELECT account FROM staff_sessions WHERE session = $1", session);
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<AccountId>();
  const auto gone = transaction.execute("DELETE FROM staff_sessions WHERE session = $1", session);
  if (!gone) return gone.error();
  if (auto told = transaction.emit(session.str(), 1, SessionEnded{session}); !told) return told.error();
  return std::optional(rows->front().id<AccountId>(0));
}

Result<void> delete_staff_sessions(Transaction& transaction, AccountId account, SessionId kept) {
  const auto rows = transaction.query(
      "SELECT session FROM staff_sessions WHERE account = $1 AND session <> $2", account, kept);
  if (!rows) return rows.error();
  for (const Row& row : *rows) {
    if (auto gone = delete_staff_session(transaction, row.id<SessionId>(0)); !gone) return gone.error();
  }
  return {};
}

Result<void> delete_old_staff_sessions(Transaction& transaction, WallTime created_before) {
  return done(transaction.execute("DELETE FROM staff_sessions WHERE created_ms < $1", created_before));
}

Result<void> insert_claim(Transaction& transaction, const std::string& token_digest, WallTime now) {
  return done(transaction.execute(
      "INSERT INTO owner_claims (shop_id, token_digest, created_ms) VALUES ('default', $1, $2)", token_digest,
      now));
}

Result<ClaimState> claim_state(Transaction& transaction, const std::string& token_digest) {
  const auto rows =
      transaction.query("SELECT used_ms FROM owner_claims WHERE token_digest = $1", token_digest);
  if (!rows) return rows.error();
  if (rows->empty()) return ClaimState::unknown;
  return rows->front().is_null(0) ? ClaimState::open : ClaimState::used;
}

Result<void> use_claims(Transaction& transaction, WallTime now) {
  return done(transaction.execute(
      "UPDATE owner_claims SET used_ms = $1 WHERE shop_id = 'default' AND used_ms IS NULL", now));
}

}  // namespace vitrine
