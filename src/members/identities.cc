#include "members/identities.h"

#include "base/hex.h"
#include "base/log.h"
#include "members/phone.h"
#include "members/staff_store.h"

namespace vitrine {
namespace {

// A session's "last seen" is for people and the idle time-out; a minute is exact enough.
constexpr Milliseconds kSeenStep{60'000};

bool is_over(const StaffIdentity& identity, WallTime now, Milliseconds idle, Milliseconds most) {
  return now - identity.seen > idle || now - identity.created > most;
}

}  // namespace

Identities::Identities(MembersContext& context)
    : context_(context), memories_(static_cast<size_t>(context.cores.count())) {}

Identities::Memory& Identities::here() {
  const Core* core = Core::current();
  check(core != nullptr, "identities are asked on a core");
  return memories_[static_cast<size_t>(core->index())];
}

template <class Change>
Task<void> Identities::on_all(Change change) {
  for (int index = 0; index < context_.cores.count(); ++index) {
    auto there = [](Identities* self, Change apply) -> Task<void> {
      Memory& memory = self->here();
      ++memory.forgettings;
      apply(memory);
      co_return;
    };
    Task<void> task = there(this, change);
    co_await on_core(context_.cores.at(index), std::move(task));
  }
}

Task<Result<std::optional<StaffIdentity>>> Identities::load_staff(std::string token_digest) {
  const uint64_t before = here().forgettings;
  auto work = [token_digest](Transaction& transaction) {
    return find_staff_session(transaction, token_digest);
  };
  auto found = co_await context_.database->read(std::move(work));
  if (!found) co_return found.error();
  if (*found && here().forgettings == before) here().staff.put(token_digest, **found);
  co_return std::move(*found);
}

Task<Result<std::optional<StaffIdentity>>> Identities::find_staff(std::string token_digest, Milliseconds idle,
                                                                  Milliseconds most) {
  const WallTime now = context_.clock.wall();
  std::optional<StaffIdentity> identity;
  if (const auto* known = here().staff.find(token_digest)) identity = *known;
  // Another core may have seen this session since: what looks over is read once more.
  if (!identity || is_over(*identity, now, idle, most)) {
    auto loaded = co_await load_staff(token_digest);
    if (!loaded) co_return loaded.error();
    identity = std::move(*loaded);
  }
  if (!identity || is_over(*identity, now, idle, most)) co_return std::optional<StaffIdentity>();
  if (now - identity->seen >= kSeenStep) {
    identity->seen = now;
    if (auto* known = here().staff.find(token_digest)) known->seen = now;
    Core::current()->spawn(write_seen(identity->session, now));
  }
  co_return identity;
}

Task<void> Identities::write_seen(SessionId session, WallTime seen) {
  auto work = [session, seen](Transaction& transaction) {
    return transaction.execute("UPDATE staff_sessions SET seen_ms = $1 WHERE session = $2 AND seen_ms < $1",
                               seen, session);
  };
  // A lost "last seen" is written again by the next request.
  (void)co_await context_.database->write(std::move(work));
}

Task<Result<bool>> Identities::buyer_session_lives(SessionId session) {
  if (here().buyer_sessions.find(session) != nullptr) co_return true;
  const uint64_t before = here().forgettings;
  const WallTime now = context_.clock.wall();
  auto work = [session, now](Transaction& transaction) -> Result<bool> {
    const auto rows = transaction.query(
        "SELECT account FROM buyer_sessions WHERE session = $1 AND expires_ms > $2", session, now);
    if (!rows) return rows.error();
    return !rows->empty();
  };
  const auto lives = co_await context_.database->read(std::move(work));
  if (!lives) co_return lives.error();
  if (*lives && here().forgettings == before) here().buyer_sessions.put(session, true);
  co_return *lives;
}

Task<Result<BuyerCard>> Identities::buyer_card(AccountId account) {
  if (const auto* known = here().buyer_cards.find(account)) co_return *known;
  const uint64_t before = here().forgettings;
  auto work = [account, vault = &*context_.vault](Transaction& transaction) -> Result<BuyerCard> {
    const auto rows = transaction.query("SELECT name, phone FROM buyers WHERE account = $1", account);
    if (!rows) return rows.error();
    if (rows->empty()) return Error{ErrorKind::not_found, "members.buyer"};
    BuyerCard card{rows->front().text(0), {}};
    if (const auto sealed = rows->front().maybe_text(1)) {
      const auto phone = vault->open(from_base64url(*sealed).value_or(""), "buyers.phone." + account.str());
      // One unreadable field must not lock its buyer out.
      if (!phone) log_error("members.sealed_field", {{"account", account.str()}});
      card.phone_masked = phone ? mask_phone(*phone) : "****";
    }
    return card;
  };
  auto card = co_await context_.database->read(std::move(work));
  if (card && here().forgettings == before) here().buyer_cards.put(account, *card);
  co_return card;
}

Task<void> Identities::forget_staff(AccountId account) {
  auto change = [account](Memory& memory) {
    memory.staff.erase_if([account](const StaffIdentity& identity) { return identity.account == account; });
  };
  co_await on_all(change);
}

Task<void> Identities::forget_buyer_session(SessionId session) {
  auto change = [session](Memory& memory) { memory.buyer_sessions.erase(session); };
  co_await on_all(change);
}

Task<void> Identities::forget_buyer_card(AccountId account) {
  auto change = [account](Memory& memory) { memory.buyer_cards.erase(account); };
  co_await on_all(change);
}

}  // namespace vitrine
