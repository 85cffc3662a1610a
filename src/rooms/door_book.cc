#include "rooms/door_book.h"

#include "net/client_address.h"

namespace vitrine {
namespace {

constexpr std::string_view kAllRooms;

using Sanctions = std::unordered_map<std::string, Sanction>;

const Sanction* in_force(const Sanctions& sanctions, const std::string& account, WallTime now) {
  const auto found = sanctions.find(account);
  return found == sanctions.end() || found->second.until <= now ? nullptr : &found->second;
}

bool is_account(const std::string& id) {
  return id.starts_with(AccountId::prefix());
}

}  // namespace

void DoorBook::set_ban(const std::string& room, Sanction ban) {
  book_.with([&](Book& book) {
    Room& at = book.rooms[room];
    auto& kept = ban.kind == SanctionKind::kick ? at.kicks : at.bans;
    std::erase_if(kept, [&](const auto& entry) { return entry.second.until <= ban.at; });
    std::erase_if(at.accounts_of, [&](const auto& entry) {
      return entry.second == ban.account ||
             !(at.bans.contains(entry.second) || at.kicks.contains(entry.second));
    });
    for (const std::string& key : {ban.device, ban.address})
      if (!key.empty()) at.accounts_of[key] = ban.account;
    std::string account = ban.account;
    kept[std::move(account)] = std::move(ban);
  });
}

void DoorBook::drop_ban(const std::string& room, const std::string& account, SanctionKind kind) {
  book_.with([&](Book& book) {
    Room& at = book.rooms[room];
    (kind == SanctionKind::kick ? at.kicks : at.bans).erase(account);
  });
}

DoorVisitor DoorBook::last_seen(const std::string& id) const {
  return book_.with([&](const Book& book) {
    for (const auto* seen : {&book.seen, &book.seen_before}) {
      const auto found = seen->find(id);
      if (found != seen->end()) return found->second;
    }
    return DoorVisitor{.id = id};
  });
}

void DoorBook::set_rules(const std::string& room, AccessRules rules) {
  book_.with([&](Book& book) {
    Room& at = book.rooms[room];
    const int64_t version = rules.version;
    std::erase_if(at.passes, [version](const auto& entry) { return entry.second.version != version; });
    at.rules = std::move(rules);
  });
}

AccessRules DoorBook::rules(const std::string& room) const {
  return book_.with([&](const Book& book) {
    const auto found = book.rooms.find(room);
    return found == book.rooms.end() ? AccessRules{} : found->second.rules;
  });
}

Result<void> DoorBook::grant(const std::string& room, const std::string& viewer, Pass pass) {
  const WallTime now = clock_.wall();
  return book_.with([&](Book& book) -> Result<void> {
    auto& passes = book.rooms[room].passes;
    if (passes.size() >= kPassesMax && !passes.contains(viewer)) {
      std::erase_if(passes, [now](const auto& entry) {
        return entry.second.until.ms != 0 && entry.second.until <= now;
      });
      if (passes.size() >= kPassesMax) return Error{ErrorKind::exhausted, "rooms.passes_full"};
    }
    passes[viewer] = std::move(pass);
    return {};
  });
}

void DoorBook::revoke(const std::string& room, const std::string& source) {
  book_.with([&](Book& book) {
    for (auto& [name, at] : book.rooms) {
      if (!room.empty() && name != room) continue;
      std::erase_if(at.passes, [&](const auto& entry) { return entry.second.source == source; });
    }
  });
}

void DoorBook::revoke_above(const std::string& viewer, int64_t tier) {
  book_.with([&](Book& book) {
    for (auto& [name, at] : book.rooms)
      if (at.rules.mode == AccessMode::members && at.rules.tier > tier) at.passes.erase(viewer);
  });
}

void DoorBook::end_session(const std::string& session, WallTime kept_until) {
  const WallTime now = clock_.wall();
  book_.with([&](Book& book) {
    auto& ended = book.ended_sessions;
    if (ended.size() >= kSessionsMax)
      std::erase_if(ended, [now](const auto& entry) { return entry.second <= now; });
    if (ended.size() < kSessionsMax) ended[session] = kept_until;
  });
}

std::optional<EntryDecision> DoorBook::sanctioned(const Book& book, const std::string& room,
                                                  const DoorVisitor& who) const {
  const WallTime now = clock_.wall();
  for (const std::string_view place : {std::string_view(room), kAllRooms}) {
    const auto found = book.rooms.find(place);
    if (found == book.rooms.end()) continue;
    const Room& at = found->second;
    const auto device = at.accounts_of.find(who.device());
    const std::string& through_device = device == at.accounts_of.end() ? who.id : device->second;
    for (const std::string& account : {who.id, who.guest, through_device}) {
      if (const auto* ban = in_force(at.bans, account, now))
        return EntryDecision{EntryState::banned, ban->until, ban->reason};
      if (const auto* kick = in_force(at.kicks, account, now))
        return EntryDecision{EntryState::kicked, kick->until, kick->reason};
    }
  }
  return std::nullopt;
}

// Of somebody banned: who plays from there and does not say who it is may be that one.
bool DoorBook::address_banned(const Book& book, const std::string& room, const std::string& address) const {
  const WallTime now = clock_.wall();
  for (const std::string_view place : {std::string_view(room), kAllRooms}) {
    const auto found = book.rooms.find(place);
    if (found == book.rooms.end()) continue;
    const auto account = found->second.accounts_of.find(address);
    if (account == found->second.accounts_of.end()) continue;
    if (in_force(found->second.bans, account->second, now) != nullptr ||
        in_force(found->second.kicks, account->second, now) != nullptr)
      return true;
  }
  return false;
}

EntryDecision DoorBook::decide(const Book& book, const std::string& room, const DoorVisitor& who) const {
  if (!who.session.empty() && book.ended_sessions.contains(who.session))
    return {.state = EntryState::signed_out};
  if (who.is_staff) return {};
  if (lives_.rehearses(room)) return {.state = EntryState::practice};
  if (auto out = sanctioned(book, room, who)) return std::move(*out);
  const auto found = book.rooms.find(room);
  if (found == book.rooms.end()) return {};
  const Room& at = found->second;
  EntryFacts facts{.helps = roles_.find(room, who.id).has_value(), .signed_in = is_account(who.id)};
  for (const std::string& viewer : {who.id, who.guest}) {
    const auto pass = at.passes.find(viewer);
    if (pass != at.passes.end() && !facts.pass) facts.pass = pass->second;
    const auto trial = at.trials.find(viewer);
    if (trial != at.trials.end() && !facts.trial_until) facts.trial_until = trial->second;
  }
  return decide_entry(at.rules, facts, clock_.wall());
}

EntryDecision DoorBook::ask(const std::string& room, const DoorVisitor& who) const {
  return book_.with([&](const Book& book) { return decide(book, room, who); });
}

// What the guest had, its account has: a play token names the account alone.
void DoorBook::adopt(Room& at, const DoorVisitor& who) {
  const auto pass = at.passes.find(who.guest);
  if (pass != at.passes.end() && at.passes.size() < kPassesMax) {
    Pass of_guest = pass->second;
    at.passes.emplace(who.id, std::move(of_guest));
  }
  const auto trial = at.trials.find(who.guest);
  if (trial != at.trials.end() && at.trials.size() < kTrialsMax) {
    const WallTime until = trial->second;
    at.trials.emplace(who.id, until);
  }
}

void DoorBook::note(Book& book, const DoorVisitor& who) {
  if (who.id.empty()) return;
  if (book.seen.size() >= kSeenMax) book.seen_before = std::exchange(book.seen, {});
  book.seen[who.id] = who;
}

// Guests share what their address has; a buyer's account cost a phone number.
bool DoorBook::may_begin_trial(Book& book, const Room& at, const DoorVisitor& who) const {
  if (at.trials.size() + 1 >= kTrialsMax) return false;
  if (is_account(who.id) || who.address.empty()) return true;
  const MonotonicTime now = clock_.monotonic();
  auto& paces = book.guest_trials;
  if (paces.size() >= kAddressesMax)
    std::erase_if(paces, [now](const auto& entry) { return entry.second.rested(now); });
  if (paces.size() >= kAddressesMax) return false;
  return paces[who.address].take(now, {kGuestTrialEvery, kGuestTrialsOfAddress}).count() == 0;
}

EntryDecision DoorBook::enter(const std::string& room, const DoorVisitor& who) {
  return book_.with([&](Book& book) {
    note(book, who);
    const auto found = book.rooms.find(room);
    if (found == book.rooms.end()) return decide(book, room, who);
    Room& at = found->second;
    if (!who.guest.empty()) adopt(at, who);
    EntryDecision decision = decide(book, room, who);
    const bool is_asked = decision.state >= EntryState::needs_password &&
                          decision.state <= EntryState::needs_token && at.rules.trial_minutes > 0;
    if (!is_asked || !may_begin_trial(book, at, who)) return decision;
    const WallTime until = clock_.wall() + std::chrono::minutes(at.rules.trial_minutes);
    at.trials[who.device()] = until;
    book.new_trials.push_back({room, who.device(), until});
    if (who.device() != who.id) {
      at.trials[who.id] = until;
      book.new_trials.push_back({room, who.id, until});
    }
    return decide(book, room, who);
  });
}

void DoorBook::set_trial(Trial trial) {
  book_.with([&](Book& book) {
    auto& trials = book.rooms[trial.room].trials;
    if (trials.size() < kTrialsMax) trials[trial.device] = trial.until;
  });
}

std::vector<Trial> DoorBook::take_new_trials() {
  return book_.with([](Book& book) { return std::exchange(book.new_trials, {}); });
}

bool DoorBook::restricted(const std::string& stream) const {
  return rules(stream).mode != AccessMode::open || lives_.backstage(stream);
}

bool DoorBook::guards(const std::string& stream) const {
  if (lives_.backstage(stream)) return true;
  return book_.with([&](const Book& book) {
    if (!book.ended_sessions.empty()) return true;
    for (const std::string_view place : {std::string_view(stream), kAllRooms}) {
      const auto found = book.rooms.find(place);
      if (found == book.rooms.end()) continue;
      const Room& at = found->second;
      if (at.rules.mode != AccessMode::open || !at.bans.empty() || !at.kicks.empty()) return true;
    }
    return false;
  });
}

// The name in a token that staff made for a player of their own is no viewer's id: it stands for itself.
bool DoorBook::may_watch(const Watcher& watcher) const {
  const DoorVisitor who = named_visitor(watcher.viewer);
  if (!who.is_staff && lives_.backstage(watcher.stream)) return false;
  return book_.with([&](const Book& book) {
    if (who.is_staff || !who.id.empty()) return decide(book, watcher.stream, who).lets_in();
    if (address_banned(book, watcher.stream, address_group(watcher.address))) return false;
    if (watcher.vouched) return true;
    const auto found = book.rooms.find(watcher.stream);
    return found == book.rooms.end() || found->second.rules.mode == AccessMode::open;
  });
}

}  // namespace vitrine
