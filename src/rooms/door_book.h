// Who may be in which room, in memory: asked when a page enters, when a picture is played, and once a second
// while somebody is inside.
//
// Owns    the copy of rules, bans, passes, trials and ended sign-ins, whose truth is rooms.sqlite; and where
//         each viewer was seen last, so that a ban holds for the browser and the address too.
// Thread  any.
// Never   waits: a thousand joins a second cost no query.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "contract/audience.h"
#include "rooms/access_rules.h"
#include "rooms/door_visitor.h"
#include "rooms/live_book.h"
#include "rooms/role_book.h"
#include "rooms/sanction.h"
#include "runtime/guarded.h"

namespace vitrine {

// That a device began to watch before it showed anything.
struct Trial {
  std::string room;
  std::string device;
  WallTime until;
};

class DoorBook final : public AudiencePort {
 public:
  static constexpr size_t kPassesMax = 100'000;  // of one room; more are refused
  static constexpr size_t kTrialsMax = 100'000;  // of one room; more get no trial
  // A new guest costs nothing, so those of one address have so many trials together, then one a minute.
  static constexpr int64_t kGuestTrialsOfAddress = 60;
  static constexpr Milliseconds kGuestTrialEvery{60'000};

  DoorBook(const RoleBook& roles, const LiveBook& lives, const Clock& clock)
      : roles_(roles), lives_(lives), clock_(clock) {}

  // A ban or kick; room empty: of all rooms.
  void set_ban(const std::string& room, Sanction ban);
  void drop_ban(const std::string& room, const std::string& account, SanctionKind kind);
  // Where the viewer was lately: its guest identity and address, as far as known.
  DoorVisitor last_seen(const std::string& id) const;

  void set_rules(const std::string& room, AccessRules rules);
  AccessRules rules(const std::string& room) const;
  // Errors: `exhausted` "rooms.passes_full".
  Result<void> grant(const std::string& room, const std::string& viewer, Pass pass);
  // Takes back the passes of one source ("invite:CODE"); of all rooms when `room` is empty.
  void revoke(const std::string& room, const std::string& source);
  // A member's tier fell: takes back what only a higher one gave.
  void revoke_above(const std::string& viewer, int64_t tier);
  // Whoever is inside by this sign-in leaves; kept until no play token of it can be valid.
  void end_session(const std::string& session, WallTime kept_until);

  // As things are. A guest's ban goes on when it signs in; its pass and trial too.
  EntryDecision ask(const std::string& room, const DoorVisitor& who) const;
  // At the door: a viewer whom nothing else lets in begins its trial, where there is one.
  EntryDecision enter(const std::string& room, const DoorVisitor& who);

  void set_trial(Trial trial);
  // Trials begun since the last call: they have to be stored.
  std::vector<Trial> take_new_trials();

  bool restricted(const std::string& stream) const override;
  bool guards(const std::string& stream) const override;
  bool may_watch(const Watcher& watcher) const override;

 private:
  static constexpr size_t kSeenMax = 20'000;       // of each of two generations
  static constexpr size_t kAddressesMax = 20'000;  // that began trials lately; over it none begins
  static constexpr size_t kSessionsMax = 100'000;

  struct Room {
    std::unordered_map<std::string, Sanction> kicks{};  // by account
    std::unordered_map<std::string, Sanction> bans{};
    std::unordered_map<std::string, std::string> accounts_of{};  // by device and address of who is banned
    AccessRules rules{};
    std::unordered_map<std::string, Pass> passes{};      // by viewer
    std::unordered_map<std::string, WallTime> trials{};  // by device: when each ends
  };
  struct Book {
    std::map<std::string, Room, std::less<>> rooms{};
    std::unordered_map<std::string, WallTime> ended_sessions{};
    std::unordered_map<std::string, DoorVisitor> seen{}, seen_before{};
    std::unordered_map<std::string, ChatPace> guest_trials{};  // by address
    std::vector<Trial> new_trials{};
  };

  std::optional<EntryDecision> sanctioned(const Book& book, const std::string& room,
                                          const DoorVisitor& who) const;
  bool address_banned(const Book& book, const std::string& room, const std::string& address) const;
  EntryDecision decide(const Book& book, const std::string& room, const DoorVisitor& who) const;
  static void adopt(Room& at, const DoorVisitor& who);
  static void note(Book& book, const DoorVisitor& who);
  bool may_begin_trial(Book& book, const Room& at, const DoorVisitor& who) const;

  const RoleBook& roles_;
  const LiveBook& lives_;
  const Clock& clock_;
  Guarded<Book> book_;
};

}  // namespace vitrine
