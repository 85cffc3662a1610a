// The tables of members.sqlite. Digests and sealed fields are text (hex, base64url), so that every
// engine stores them alike. Phones, consignees and addresses are only ever sealed (SHOP-RULES 23).
#pragma once

#include <vector>

#include "store/database.h"
#include "store/idempotency.h"

namespace vitrine {

inline constexpr std::string_view kMembersTables1 = R"sql(
CREATE TABLE staff_users (
  shop_id TEXT NOT NULL, account BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL, name_key TEXT NOT NULL,
  role BIGINT NOT NULL, password TEXT NOT NULL,
  password_kind BIGINT NOT NULL,
  disabled BIGINT NOT NULL DEFAULT 0, created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX staff_users_by_name ON staff_users (shop_id, name_key);
CREATE TABLE staff_sessions (
  shop_id TEXT NOT NULL, session BIGINT NOT NULL PRIMARY KEY,
  token_digest TEXT NOT NULL, account BIGINT NOT NULL,
  created_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL,
  address TEXT NOT NULL, user_agent TEXT NOT NULL);
CREATE UNIQUE INDEX staff_sessions_by_token ON staff_sessions (token_digest);
CREATE INDEX staff_sessions_by_account ON staff_sessions (account);
CREATE INDEX staff_sessions_by_age ON staff_sessions (created_ms);
CREATE TABLE owner_claims (
  shop_id TEXT NOT NULL, token_digest TEXT NOT NULL PRIMARY KEY,
  created_ms BIGINT NOT NULL, used_ms BIGINT);
CREATE TABLE buyers (
  shop_id TEXT NOT NULL, account BIGINT NOT NULL PRIMARY KEY,
  phone_index TEXT, phone TEXT, subject_index TEXT,
  name TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX buyers_by_phone ON buyers (shop_id, phone_index);
CREATE UNIQUE INDEX buyers_by_subject ON buyers (shop_id, subject_index);
CREATE TABLE consents (
  shop_id TEXT NOT NULL, account BIGINT NOT NULL, version TEXT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (shop_id, account, version));
CREATE TABLE buyer_sessions (
  shop_id TEXT NOT NULL, session BIGINT NOT NULL PRIMARY KEY,
  account BIGINT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE INDEX buyer_sessions_by_end ON buyer_sessions (expires_ms);
CREATE TABLE sign_in_codes (
  shop_id TEXT NOT NULL, phone_index TEXT NOT NULL, digest TEXT NOT NULL,
  sent_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, tries BIGINT NOT NULL,
  PRIMARY KEY (shop_id, phone_index));
CREATE INDEX sign_in_codes_by_end ON sign_in_codes (expires_ms);
CREATE TABLE addresses (
  shop_id TEXT NOT NULL, address BIGINT NOT NULL PRIMARY KEY, account BIGINT NOT NULL,
  name TEXT NOT NULL, phone TEXT NOT NULL, region TEXT NOT NULL, line TEXT NOT NULL,
  is_default BIGINT NOT NULL, created_ms BIGINT NOT NULL);
CREATE INDEX addresses_by_account ON addresses (account);
CREATE TABLE audit (
  shop_id TEXT NOT NULL, n BIGINT NOT NULL, at_ms BIGINT NOT NULL, actor BIGINT NOT NULL,
  act TEXT NOT NULL, subject TEXT NOT NULL, address TEXT NOT NULL,
  before_digest TEXT NOT NULL, after_digest TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (shop_id, n));
)sql";

// How far a buyer has come with the merchant: staff set it, and rooms may ask for one.
inline constexpr std::string_view kBuyerTier = R"sql(
ALTER TABLE buyers ADD COLUMN tier BIGINT NOT NULL DEFAULT 0;
CREATE INDEX buyers_by_tier ON buyers (shop_id, tier, account);
)sql";

inline std::vector<Migration> members_migrations() {
  static const std::string first = std::string(kMembersTables1) + std::string(kIdempotencyTable);
  return {{1, first}, {2, kBuyerTier}};
}

}  // namespace vitrine
