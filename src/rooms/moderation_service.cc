#include "rooms/moderation_service.h"

#include "rooms/config.h"
#include "rooms/question_store.h"

namespace vitrine {
namespace {

constexpr Error kNoRoom{ErrorKind::not_found, "rooms.room"};
constexpr Error kNoLine{ErrorKind::not_found, "rooms.message"};

// Where a sanction is stored.
std::string place_of(const std::string& room, SanctionScope scope) {
  return scope == SanctionScope::site ? std::string() : room;
}

}  // namespace

Task<Result<void>> ModerationService::load() {
  struct Loaded {
    std::vector<std::pair<std::string, Sanction>> bans;
    std::vector<RoomRoleRow> roles;
  };
  auto work = [now = context_.clock.wall()](Transaction& tx) -> Result<Loaded> {
    Loaded out;
    auto places = room_names(tx);
    if (!places) return places.error();
    places->emplace_back();  // all rooms
    for (const std::string& place : *places) {
      const auto sanctions = sanctions_of(tx, place, now);
      if (!sanctions) return sanctions.error();
      for (const Sanction& sanction : *sanctions) {
        if (sanction.kind != SanctionKind::mute) out.bans.emplace_back(place, sanction);
      }
    }
    auto roles = all_roles(tx);
    if (!roles) return roles.error();
    out.roles = std::move(*roles);
    return out;
  };
  auto loaded = co_await context_.database->read(std::move(work));
  if (!loaded) co_return loaded.error();
  for (auto& [place, ban] : loaded->bans) context_.doors.set_ban(place, std::move(ban));
  for (const RoomRoleRow& row : loaded->roles) context_.roles.set(row.room, row.account, row.role);
  co_return Result<void>();
}

Task<Result<ChatSettings>> ModerationService::chat_settings(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room](Transaction& tx) { return chat_settings_of(tx, room); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<void>> ModerationService::set_chat_settings(std::string room, ChatSettings settings) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  if (pattern_fault(settings.patterns)) co_return Error{ErrorKind::invalid_input, "rooms.pattern"};
  const int64_t usual_ms = Core::current()->config().get(kChatIntervalMs);
  const int64_t interval_ms = settings.slow_mode_s > 0 ? settings.slow_mode_s * 1'000 : usual_ms;
  RoomEvent event{.body = chat_limits_body(settings.slow_mode_s, interval_ms), .change = settings};
  RoomService::Effect effect = [room, settings](Transaction& tx) {
    return vitrine::set_chat_settings(tx, room, settings);
  };
  co_return co_await rooms_.publish(handle, std::move(event), std::move(effect));
}

Task<std::string> ModerationService::name_in(RoomHandlePtr handle, std::string viewer) {
  auto ask = [](RoomHandlePtr at, std::string who) -> Task<std::string> {
    co_return at->room() ? at->room()->name_of(who) : std::string();
  };
  Task<std::string> asked = ask(handle, std::move(viewer));
  co_return co_await on_core(handle->home(), std::move(asked));
}

Task<Result<DoneSanction>> ModerationService::sanction(std::string room, Sanction sanction,
                                                       IdempotencyKey key) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  if (sanction.name.empty()) sanction.name = co_await name_in(handle, sanction.account);
  if (sanction.kind != SanctionKind::mute) {
    const DoorVisitor seen = context_.doors.last_seen(sanction.account);
    sanction.device = seen.guest;
    sanction.address = seen.address;
  }
  auto work = [place = place_of(room, sanction.scope), sanction,
               key](Transaction& tx) -> Result<DoneSanction> {
    const auto known = find_effect(tx, key);
    if (!known) return known.error();
    DoneSanction out{sanction, known->has_value()};
    if (*known) {
      out.sanction.until = {**known};
      return out;
    }
    if (auto set = set_sanction(tx, place, sanction); !set) return set.error();
    if (auto kept = record_effect(tx, key, sanction.until.ms, sanction.at); !kept) return kept.error();
    return out;
  };
  auto written = co_await context_.database->write(std::move(work));
  if (!written) co_return written.error();
  if (!written->replayed) co_await enforce(std::move(room), written->sanction);
  co_return std::move(*written);
}

std::vector<RoomHandlePtr> ModerationService::rooms_of(const std::string& room, SanctionScope scope) const {
  if (scope == SanctionScope::site) return context_.directory.all();
  const auto handle = context_.directory.find(room);
  return handle ? std::vector{handle} : std::vector<RoomHandlePtr>();
}

// The door's sweep puts out who may not be inside.
Task<void> ModerationService::enforce(std::string room, Sanction sanction) {
  if (sanction.kind != SanctionKind::mute) {
    context_.doors.set_ban(place_of(room, sanction.scope), std::move(sanction));
    co_return;
  }
  const Mute mute{sanction.account, sanction.name, sanction.until, sanction.reason};
  for (const RoomHandlePtr& handle : rooms_of(room, sanction.scope)) {
    std::function<void(Room&)> change = [mute, scope = sanction.scope](Room& at) {
      at.gate().set_mute(scope, mute);
    };
    co_await rooms_.at_home(handle, std::move(change));
    context_.lanes.send(mute.account, muted_event(mute), handle->name());
  }
}

Task<Result<void>> ModerationService::lift(std::string room, SanctionScope scope, SanctionKind kind,
                                           std::string account) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  const std::string place = place_of(room, scope);
  auto work = [place, kind, account](Transaction& tx) { return drop_sanction(tx, place, kind, account); };
  const Result<void> dropped = co_await context_.database->write(std::move(work));
  if (!dropped) co_return dropped;
  if (kind != SanctionKind::mute) {
    context_.doors.drop_ban(place, account, kind);
    co_return Result<void>();
  }
  for (const RoomHandlePtr& handle : rooms_of(room, scope)) {
    // What still holds is told: the end of it, or one that has passed, which gives the chat box back.
    auto left = std::make_shared<Mute>(Mute{account, {}, context_.clock.wall(), {}});
    std::function<void(Room&)> change = [scope, account, left](Room& at) {
      at.gate().drop_mute(scope, account);
      if (const auto other = at.gate().mute_of({.id = account, .name = {}, .role = std::nullopt}))
        *left = *other;
    };
    co_await rooms_.at_home(handle, std::move(change));
    context_.lanes.send(account, muted_event(*left), handle->name());
  }
  co_return Result<void>();
}

Task<Result<std::vector<Sanction>>> ModerationService::sanctions(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, now = context_.clock.wall()](Transaction& tx) -> Result<std::vector<Sanction>> {
    auto here = sanctions_of(tx, room, now);
    if (!here) return here.error();
    const auto everywhere = sanctions_of(tx, {}, now);
    if (!everywhere) return everywhere.error();
    here->insert(here->end(), everywhere->begin(), everywhere->end());
    return std::move(*here);
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<std::vector<HeldLine>>> ModerationService::held(std::string room) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto out = std::make_shared<std::vector<HeldLine>>();
  std::function<void(Room&)> copy = [out](Room& at) {
    out->assign(at.gate().held().begin(), at.gate().held().end());
  };
  co_await rooms_.at_home(handle, std::move(copy));
  co_return std::move(*out);
}

Task<Result<void>> ModerationService::approve(std::string room, MessageId message) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto shown = std::make_shared<bool>(false);
  std::function<void(Room&)> show = [shown, message](Room& at) {
    *shown = at.show_held(message).has_value();
  };
  co_await rooms_.at_home(handle, std::move(show));
  if (!*shown) co_return kNoLine;
  co_return Result<void>();
}

Task<Result<void>> ModerationService::drop_held(std::string room, MessageId message) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto dropped = std::make_shared<std::optional<HeldLine>>();
  std::function<void(Room&)> take = [dropped, message](Room& at) { *dropped = at.gate().take_held(message); };
  co_await rooms_.at_home(handle, std::move(take));
  if (!*dropped) co_return kNoLine;
  context_.lanes.send((*dropped)->line.from.id, held_dropped_event(message), room);
  co_return Result<void>();
}

// A line is shown first and stored after: the newest are asked of the room.
Task<Result<ChatLine>> ModerationService::find_line(std::string room, MessageId message) {
  auto shown = std::make_shared<std::optional<ChatLine>>();
  std::function<void(Room&)> look = [shown, message](Room& at) { *shown = at.find_line(message); };
  if (const auto handle = context_.directory.find(room)) co_await rooms_.at_home(handle, std::move(look));
  if (*shown) co_return std::move(**shown);
  auto work = [room, message](Transaction& tx) -> Result<ChatLine> {
    const auto rows = tx.query("SELECT author, name, text, at_ms FROM chat WHERE room = $1 AND message = $2",
                               room, message);
    if (!rows) return rows.error();
    if (rows->empty()) return kNoLine;
    const Row& row = rows->front();
    return ChatLine{.id = message,
                    .from = {.id = row.text(0), .name = row.text(1), .role = std::nullopt},
                    .text = row.text(2),
                    .at = row.time(3)};
  };
  co_return co_await context_.chat->read(std::move(work));
}

Task<Result<void>> ModerationService::report(std::string room, Report report) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto line = co_await find_line(room, report.line.id);
  if (!line) co_return line.error();
  report.line = std::move(*line);
  auto work = [room, report](Transaction& tx) { return add_report(tx, room, report); };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<std::vector<ReportedLine>>> ModerationService::reports(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room](Transaction& tx) { return open_reports(tx, room); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<void>> ModerationService::close_report(std::string room, MessageId message, ReportOutcome outcome,
                                                   std::string by) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, message, outcome, by, now = context_.clock.wall()](Transaction& tx) {
    return close_reports(tx, room, message, outcome, by, now);
  };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<DeskCount>> ModerationService::desk(std::string room) {
  const auto handle = context_.directory.find(room);
  if (!handle) co_return kNoRoom;
  auto work = [room, rehearses = context_.lives.rehearses(room)](Transaction& tx) -> Result<DeskCount> {
    const auto reports = open_report_count(tx, room);
    if (!reports) return reports.error();
    const auto questions = waiting_question_count(tx, room, rehearses);
    if (!questions) return questions.error();
    return DeskCount{.held = 0, .reports = *reports, .questions = *questions};
  };
  auto waiting = co_await context_.database->read(std::move(work));
  if (!waiting) co_return waiting.error();
  auto held = std::make_shared<int64_t>(0);
  std::function<void(Room&)> count = [held](Room& at) {
    *held = static_cast<int64_t>(at.gate().held().size());
  };
  co_await rooms_.at_home(handle, std::move(count));
  waiting->held = *held;
  co_return *waiting;
}

Task<Result<std::vector<RoomRoleRow>>> ModerationService::roles(std::string room) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room](Transaction& tx) { return roles_of(tx, room); };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<void>> ModerationService::set_role(RoomRoleRow row) {
  if (!context_.directory.find(row.room)) co_return kNoRoom;
  if (!AccountId::parse(row.account)) co_return Error{ErrorKind::invalid_input, "rooms.role_account"};
  auto work = [row](Transaction& tx) { return vitrine::set_role(tx, row); };
  const Result<void> set = co_await context_.database->write(std::move(work));
  if (set) context_.roles.set(row.room, row.account, row.role);
  co_return set;
}

Task<Result<void>> ModerationService::drop_role(std::string room, std::string account) {
  if (!context_.directory.find(room)) co_return kNoRoom;
  auto work = [room, account](Transaction& tx) { return vitrine::drop_role(tx, room, account); };
  const Result<void> dropped = co_await context_.database->write(std::move(work));
  if (dropped) context_.roles.drop(room, account);
  co_return dropped;
}

}  // namespace vitrine
