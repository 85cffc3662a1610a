// SQL of buyers: sign-in codes, accounts, consents, sessions.
//
// Thread  the database's; every function runs inside one transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/transaction.h"

namespace vitrine {

// The code last sent to a phone, known only by the phone's blind index and the code's digest.
struct SignInCode {
  std::string phone_index;
  std::string digest;
  WallTime sent;
  WallTime expires;
  int64_t tries = 0;
};

Result<std::optional<SignInCode>> find_code(Transaction& transaction, const std::string& phone_index);
// Replaces the phone's earlier code and clears a few that are over.
Result<void> put_code(Transaction& transaction, const SignInCode& code);
Result<void> count_try(Transaction& transaction, const std::string& phone_index);
Result<void> delete_code(Transaction& transaction, const std::string& phone_index);

// How a buyer is known: by phone or by the merchant's subject; the other is empty.
struct BuyerKey {
  std::string phone_index;
  std::string phone_sealed;
  std::string subject_index;
};
struct BuyerAccount {
  AccountId account;
  std::string name;
  bool is_new = false;
};
// The account of that key, made as `fresh` under `name` when there is none.
Result<BuyerAccount> find_or_add_buyer(Transaction& transaction, const BuyerKey& key, AccountId fresh,
                                       const std::string& name, WallTime now);
Result<void> rename_buyer(Transaction& transaction, AccountId account, const std::string& name);
// Keeps the first time an account agreed to a version.
Result<void> record_consent(Transaction& transaction, AccountId account, const std::string& version,
                            WallTime now);

struct BuyerSession {
  SessionId session;
  AccountId account;
  WallTime created;
  WallTime expires;
};
// Also clears a few sessions that are over.
Result<void> insert_buyer_session(Transaction& transaction, const BuyerSession& session);
Result<void> delete_buyer_session(Transaction& transaction, SessionId session);

// Errors: `not_found` "members.buyer".
Result<int64_t> tier_of(Transaction& transaction, AccountId account);
Result<void> set_tier(Transaction& transaction, AccountId account, int64_t tier, WallTime now);

struct BuyerRow {
  AccountId account;
  std::string name;
  std::string phone_sealed;  // empty: came by the merchant's token
  int64_t tier = 0;
  WallTime created;
};
struct BuyerQuery {
  std::string text;         // in the name; empty: all
  std::string phone_index;  // of the text, where it is a phone
  int64_t tier_min = 0;
  AccountId before;  // the page begins below this id
  size_t limit = 50;
};
// Newest first.
Result<std::vector<BuyerRow>> list_buyers(Transaction& transaction, const BuyerQuery& query);

}  // namespace vitrine
