// The steps of letting people into a room: what staff ask for, and what viewers show at the door.
//
// Owns    how often each browser and address tried lately, and a digest of each password that was right.
// Thread  any core.
// Never   keeps or logs a password.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "contract/proofs.h"
#include "contract/purchases.h"
#include "net/problem.h"
#include "net/router.h"
#include "rooms/access_store.h"
#include "rooms/context.h"
#include "rooms/entry_tries.h"
#include "store/idempotency.h"

namespace vitrine {

// What staff ask for; a password or key left out stays as it is.
struct AccessWish {
  AccessRules rules;  // its password and version do not count
  std::optional<std::string> password{};
  bool keep_key = false;
};
// What a viewer shows; one of them.
struct EntryProof {
  std::optional<std::string> password;
  std::optional<std::string> code;
  std::optional<std::string> token;
};

struct MadeInvite {
  Invite invite;
  bool replayed = false;
};

class EntryService {
 public:
  EntryService(RoomsContext& context, ProofPort& proofs, Random& random)
      : context_(context), proofs_(proofs), random_(random), digest_key_(random_hex(random, 32)) {}

  // Who knows what was paid; before start. None: nobody can show a purchase.
  void set_purchases(PurchasePort& purchases) { purchases_ = &purchases; }

  // Start-up: rules, passes, trials and ended sign-ins into memory. Errors: the database's.
  Task<Result<void>> load();

  // Problems: 404 "rooms.room"; 400 "rooms.password_missing", "rooms.product_missing",
  // "rooms.product_not_on_offer", "members.jwt_key", "members.jwks_url", "members.no_site_keys"; those of
  // hashing and the database.
  Task<Reply<AccessRules>> set_access(std::string room, AccessWish wish);

  // What is known of the viewer already may be what the room asks for: a paid order, a member's tier. Gives
  // a pass then. Errors: `unavailable` while shop or members cannot say.
  Task<Result<void>> prove(std::string room, DoorVisitor who);

  // Gives a pass for the right proof. Problems: 404 "rooms.room"; 429 "rooms.too_many_tries" with
  // Retry-After; 403 "rooms.wrong_password", "rooms.wrong_code", "rooms.wrong_token"; 409 "rooms.proof_kind"
  // when the room asks for something else; 429 "rooms.passes_full"; 503.
  Task<Reply<NoContent>> show(std::string room, DoorVisitor who, EntryProof proof);

  // Errors: `exhausted` "rooms.too_many_invites".
  Task<Result<MadeInvite>> make_invite(std::string room, Invite wish, IdempotencyKey key);
  Task<Result<std::vector<Invite>>> invites(std::string room);
  // Who came in with the code is put out. Errors: `not_found` "rooms.invite".
  Task<Result<void>> drop_invite(std::string room, std::string code);

 private:
  Task<Reply<AccessRules>> complete(AccessRules before, AccessWish wish);
  Task<Result<std::optional<Pass>>> known_pass(AccessRules rules, AccountId account);
  Task<Result<void>> keep_pass(StoredPass pass);
  Task<Result<Pass>> judge(std::string room, AccessRules rules, EntryProof proof);
  Task<Result<Pass>> by_password(std::string room, AccessRules rules, std::string password);
  Task<Result<Pass>> by_code(std::string room, AccessRules rules, std::string code);
  Task<Result<Pass>> by_token(std::string room, AccessRules rules, std::string token);

  RoomsContext& context_;
  ProofPort& proofs_;
  PurchasePort* purchases_ = nullptr;
  Random& random_;
  EntryTries tries_;
  // A password that was right once is compared by this digest: thousands come in within a minute, and a hash
  // made to be slow would keep them waiting. Lives in memory only.
  struct RightPassword {
    std::string encoded;  // what it was right for
    std::string digest;   // by a key of this process
  };
  std::string digest_key_;
  Guarded<std::unordered_map<std::string, RightPassword>> right_passwords_;  // by room
};

}  // namespace vitrine
