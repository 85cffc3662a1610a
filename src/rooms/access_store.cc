#include "rooms/access_store.h"

#include "base/log.h"

namespace vitrine {

const std::string_view kAccessTables = R"sql(
CREATE TABLE room_access (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, mode BIGINT NOT NULL, password TEXT NOT NULL,
  tier BIGINT NOT NULL, product BIGINT NOT NULL, key_kind BIGINT NOT NULL, key_text TEXT NOT NULL,
  issuer TEXT NOT NULL, audience TEXT NOT NULL, trial_minutes BIGINT NOT NULL, version BIGINT NOT NULL,
  PRIMARY KEY (room));
CREATE TABLE room_trials (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, device TEXT NOT NULL, until_ms BIGINT NOT NULL,
  PRIMARY KEY (room, device));
CREATE INDEX room_trials_by_end ON room_trials (until_ms);
CREATE TABLE ended_sessions (
  shop_id TEXT NOT NULL, session TEXT NOT NULL, until_ms BIGINT NOT NULL,
  PRIMARY KEY (session));
ALTER TABLE room_sanctions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE room_sanctions ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE TABLE room_passes (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, viewer TEXT NOT NULL, source TEXT NOT NULL,
  version BIGINT NOT NULL, until_ms BIGINT NOT NULL,
  PRIMARY KEY (room, viewer));
CREATE INDEX room_passes_by_source ON room_passes (room, source);
CREATE TABLE room_invites (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, number BIGINT NOT NULL, code TEXT NOT NULL, label TEXT NOT NULL,
  uses BIGINT NOT NULL, uses_max BIGINT NOT NULL, until_ms BIGINT NOT NULL,
  by_name TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, code));
)sql";

const std::string_view kAccessSealed = "ALTER TABLE room_access ADD COLUMN sealed_key BLOB";

namespace {

constexpr Error kWrongCode{ErrorKind::forbidden, "rooms.wrong_code"};

Result<void> done(const Result<int64_t>& changed) {
  if (!changed) return changed.error();
  return {};
}

Invite invite_of(const Row& row) {
  return {.number = row.integer(0),
          .code = row.text(1),
          .label = row.text(2),
          .uses = row.integer(3),
          .uses_max = row.integer(4),
          .until = row.time(5),
          .by = row.text(6),
          .at = row.time(7)};
}

constexpr std::string_view kInvite =
    "SELECT number, code, label, uses, uses_max, until_ms, by_name, at_ms FROM room_invites";

std::string key_place(const std::string& room) {
  return room + " token key";
}

std::string opened_key(const FieldCipher& cipher, const std::string& sealed, const std::string& room) {
  auto key = cipher.open(sealed, key_place(room));
  if (key) return std::move(*key);
  log_error("rooms.token_key_not_opened", {{"room", room}, {"reason", key.error().reason}});
  return {};
}

}  // namespace

std::string invite_source(const std::string& code) {
  return "invite:" + code;
}

std::string order_source(const std::string& order) {
  return "order:" + order;
}

// Passes given under other rules let nobody in any more.
Result<void> set_access(Transaction& tx, const std::string& room, const AccessRules& rules,
                        const FieldCipher& cipher) {
  const auto sealed = rules.token.key.empty()
                          ? std::optional<Blob>()
                          : std::optional(Blob{cipher.seal(rules.token.key, key_place(room))});
  const auto kept = tx.execute(
      "INSERT INTO room_access (shop_id, room, mode, password, tier, product, key_kind, key_text, issuer,"
      " audience, trial_minutes, version, sealed_key)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11)"
      " ON CONFLICT (room) DO UPDATE SET mode = excluded.mode, password = excluded.password,"
      " tier = excluded.tier, product = excluded.product, key_kind = excluded.key_kind,"
      " key_text = '', issuer = excluded.issuer, audience = excluded.audience,"
      " trial_minutes = excluded.trial_minutes, version = excluded.version, sealed_key = excluded.sealed_key",
      room, rules.mode, rules.password, rules.tier, rules.product, rules.token.kind, rules.token.issuer,
      rules.token.audience, rules.trial_minutes, rules.version, sealed);
  if (!kept) return kept.error();
  return done(tx.execute("DELETE FROM room_passes WHERE room = $1 AND version <> $2", room, rules.version));
}

Result<std::vector<std::pair<std::string, AccessRules>>> all_access(Transaction& tx,
                                                                    const FieldCipher& cipher) {
  const auto rows = tx.query(
      "SELECT room, mode, password, tier, product, key_kind, key_text, issuer, audience, trial_minutes,"
      " version, sealed_key FROM room_access");
  if (!rows) return rows.error();
  std::vector<std::pair<std::string, AccessRules>> out;
  for (const Row& row : *rows) {
    const std::string room = row.text(0);
    AccessRules rules{.mode = static_cast<AccessMode>(row.integer(1)),
                      .password = row.text(2),
                      .tier = row.integer(3),
                      .product = row.id<ProductId>(4),
                      .token = {.kind = static_cast<TokenKeyKind>(row.integer(5)),
                                .key = row.text(6),
                                .issuer = row.text(7),
                                .audience = row.text(8)},
                      .trial_minutes = row.integer(9),
                      .version = row.integer(10)};
    const bool plain = !rules.token.key.empty();
    if (!plain && !row.is_null(11)) rules.token.key = opened_key(cipher, row.blob(11), room);
    if (plain) {
      if (auto sealed = set_access(tx, room, rules, cipher); !sealed) return sealed.error();
    }
    out.emplace_back(room, std::move(rules));
  }
  return out;
}

Result<void> add_pass(Transaction& tx, const StoredPass& pass) {
  return done(
      tx.execute("INSERT INTO room_passes (shop_id, room, viewer, source, version, until_ms)"
                 " VALUES ('default', $1, $2, $3, $4, $5) ON CONFLICT (room, viewer) DO UPDATE SET"
                 " source = excluded.source, version = excluded.version, until_ms = excluded.until_ms",
                 pass.room, pass.viewer, pass.pass.source, pass.pass.version, pass.pass.until));
}

Result<std::vector<StoredPass>> all_passes(Transaction& tx, WallTime now) {
  if (auto over = tx.execute("DELETE FROM room_passes WHERE until_ms > 0 AND until_ms <= $1", now); !over)
    return over.error();
  const auto rows = tx.query("SELECT room, viewer, source, version, until_ms FROM room_passes");
  if (!rows) return rows.error();
  std::vector<StoredPass> out;
  for (const Row& row : *rows) {
    out.push_back({.room = row.text(0),
                   .viewer = row.text(1),
                   .pass = {.version = row.integer(3), .source = row.text(2), .until = row.time(4)}});
  }
  return out;
}

Result<void> drop_order_passes(Transaction& tx, const std::string& order) {
  return done(tx.execute("DELETE FROM room_passes WHERE source = $1", order_source(order)));
}

Result<void> drop_tier_passes(Transaction& tx, const std::string& viewer, int64_t tier) {
  return done(
      tx.execute("DELETE FROM room_passes WHERE viewer = $1 AND source = $2 AND room IN"
                 " (SELECT room FROM room_access WHERE tier > $3)",
                 viewer, kTierSource, tier));
}

Result<void> add_trials(Transaction& tx, const std::vector<Trial>& trials) {
  for (const Trial& trial : trials) {
    const auto added = tx.execute(
        "INSERT INTO room_trials (shop_id, room, device, until_ms) VALUES ('default', $1, $2, $3)"
        " ON CONFLICT (room, device) DO NOTHING",
        trial.room, trial.device, trial.until);
    if (!added) return added.error();
  }
  return {};
}

Result<std::vector<Trial>> all_trials(Transaction& tx, WallTime now) {
  const WallTime forgotten{now.ms - kTrialKept.count()};
  if (auto over = tx.execute("DELETE FROM room_trials WHERE until_ms < $1", forgotten); !over)
    return over.error();
  const auto rows = tx.query("SELECT room, device, until_ms FROM room_trials");
  if (!rows) return rows.error();
  std::vector<Trial> out;
  for (const Row& row : *rows) out.push_back({row.text(0), row.text(1), row.time(2)});
  return out;
}

Result<void> add_ended_session(Transaction& tx, const EndedSession& ended) {
  return done(
      tx.execute("INSERT INTO ended_sessions (shop_id, session, until_ms) VALUES ('default', $1, $2)"
                 " ON CONFLICT (session) DO NOTHING",
                 ended.session, ended.until));
}

Result<std::vector<EndedSession>> all_ended_sessions(Transaction& tx, WallTime now) {
  if (auto over = tx.execute("DELETE FROM ended_sessions WHERE until_ms <= $1", now); !over)
    return over.error();
  const auto rows = tx.query("SELECT session, until_ms FROM ended_sessions");
  if (!rows) return rows.error();
  std::vector<EndedSession> out;
  for (const Row& row : *rows) out.push_back({row.text(0), row.time(1)});
  return out;
}

Result<void> add_invite(Transaction& tx, const std::string& room, const Invite& invite) {
  const auto count = tx.query("SELECT count(*) FROM room_invites WHERE room = $1", room);
  if (!count) return count.error();
  if (count->front().integer(0) >= kInvitesOfRoomMax)
    return Error{ErrorKind::exhausted, "rooms.too_many_invites"};
  return done(tx.execute(
      "INSERT INTO room_invites (shop_id, room, number, code, label, uses, uses_max, until_ms, by_name, "
      "at_ms)"
      " VALUES ('default', $1, $2, $3, $4, 0, $5, $6, $7, $8)",
      room, invite.number, invite.code, invite.label, invite.uses_max, invite.until, invite.by, invite.at));
}

Result<std::vector<Invite>> invites_of(Transaction& tx, const std::string& room) {
  const auto rows = tx.query(std::string(kInvite) + " WHERE room = $1 ORDER BY at_ms DESC LIMIT 200", room);
  if (!rows) return rows.error();
  std::vector<Invite> out;
  for (const Row& row : *rows) out.push_back(invite_of(row));
  return out;
}

Result<std::optional<Invite>> invite_by_number(Transaction& tx, const std::string& room, int64_t number) {
  const auto rows = tx.query(std::string(kInvite) + " WHERE room = $1 AND number = $2", room, number);
  if (!rows) return rows.error();
  return rows->empty() ? std::nullopt : std::optional(invite_of(rows->front()));
}

Result<Invite> use_invite(Transaction& tx, const std::string& room, const std::string& code, WallTime now) {
  const auto used = tx.execute(
      "UPDATE room_invites SET uses = uses + 1 WHERE room = $1 AND code = $2 AND uses < uses_max"
      " AND (until_ms = 0 OR until_ms > $3)",
      room, code, now);
  if (!used) return used.error();
  if (*used == 0) return kWrongCode;
  const auto rows = tx.query(std::string(kInvite) + " WHERE room = $1 AND code = $2", room, code);
  if (!rows) return rows.error();
  return invite_of(rows->front());
}

Result<void> drop_invite(Transaction& tx, const std::string& room, const std::string& code) {
  const auto dropped = tx.execute("DELETE FROM room_invites WHERE room = $1 AND code = $2", room, code);
  if (!dropped) return dropped.error();
  if (*dropped == 0) return Error{ErrorKind::not_found, "rooms.invite"};
  return done(
      tx.execute("DELETE FROM room_passes WHERE room = $1 AND source = $2", room, invite_source(code)));
}

}  // namespace vitrine
