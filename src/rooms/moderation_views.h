// What the HTTP side of moderation takes and answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "rooms/moderation_store.h"

namespace vitrine {

struct ChatRulesView {
  int64_t slow_mode_s = 0;
  Review review = Review::after;
  Speakers speakers = Speakers::everyone;
  int64_t new_account_minutes = 0;
  OnWord on_word = OnWord::refuse;
  std::vector<std::string> words, patterns;
  static constexpr std::string_view schema_name = "ChatRules";
  static constexpr auto fields() {
    return std::tuple{
        field("slow_mode_s", &ChatRulesView::slow_mode_s,
              {.help = "one line a viewer in this time; 0: off", .min = 0, .max = 3'600}),
        field("review", &ChatRulesView::review, {.help = "before: a moderator sees each line first"}),
        field("speakers", &ChatRulesView::speakers),
        field("new_account_minutes", &ChatRulesView::new_account_minutes,
              {.help = "how old a viewer must be to speak", .min = 0, .max = 43'200}),
        field("on_word", &ChatRulesView::on_word, {.help = "hold: a moderator sees the line first"}),
        field("words", &ChatRulesView::words, {.max = 500}),
        field("patterns", &ChatRulesView::patterns, {.help = "RE2 regular expressions", .max = 50})};
  }
};
struct SanctionView {
  SanctionKind kind = SanctionKind::mute;
  SanctionScope scope = SanctionScope::room;
  std::string account, name;
  int64_t until_ms = 0;
  std::string reason, by;
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "Sanction";
  static constexpr auto fields() {
    return std::tuple{field("kind", &SanctionView::kind),
                      field("scope", &SanctionView::scope),
                      field("account", &SanctionView::account),
                      field("name", &SanctionView::name),
                      field("until_ms", &SanctionView::until_ms),
                      field("reason", &SanctionView::reason),
                      field("by", &SanctionView::by),
                      field("at_ms", &SanctionView::at_ms)};
  }
};
struct SanctionList {
  std::vector<SanctionView> items;
  static constexpr std::string_view schema_name = "SanctionList";
  static constexpr auto fields() { return std::tuple{field("items", &SanctionList::items)}; }
};
struct NewSanction {
  SanctionKind kind = SanctionKind::mute;
  SanctionScope scope = SanctionScope::room;
  std::string account;
  std::optional<int64_t> minutes;
  std::string reason;
  static constexpr std::string_view schema_name = "NewSanction";
  static constexpr auto fields() {
    return std::tuple{
        field("kind", &NewSanction::kind), field("scope", &NewSanction::scope),
        field("account", &NewSanction::account, {.help = "gst_... or usr_...", .min = 1, .max = 32}),
        field("minutes", &NewSanction::minutes,
              {.help = "needed for mute and ban; a kick lasts a minute", .min = 1, .max = 5'256'000}),
        field("reason", &NewSanction::reason, {.max = 200})};
  }
};
struct HeldLineView {
  std::string message, account, name, text;
  int64_t at_ms = 0;
  HeldWhy why = HeldWhy::review;
  static constexpr std::string_view schema_name = "HeldLine";
  static constexpr auto fields() {
    return std::tuple{field("message", &HeldLineView::message), field("account", &HeldLineView::account),
                      field("name", &HeldLineView::name),       field("text", &HeldLineView::text),
                      field("at_ms", &HeldLineView::at_ms),     field("why", &HeldLineView::why)};
  }
};
struct HeldLineList {
  std::vector<HeldLineView> items;
  static constexpr std::string_view schema_name = "HeldLineList";
  static constexpr auto fields() { return std::tuple{field("items", &HeldLineList::items)}; }
};
struct NewReport {
  std::string message;
  ReportReason reason = ReportReason::other;
  std::optional<std::string> note;
  static constexpr std::string_view schema_name = "NewReport";
  static constexpr auto fields() {
    return std::tuple{field("message", &NewReport::message, {.min = 1, .max = 32}),
                      field("reason", &NewReport::reason), field("note", &NewReport::note, {.max = 200})};
  }
};
struct ReportedLineView {
  std::string message, account, name, text;
  int64_t at_ms = 0;
  int64_t reports = 0;
  std::vector<ReportReason> reasons;
  std::vector<std::string> notes;
  static constexpr std::string_view schema_name = "ReportedLine";
  static constexpr auto fields() {
    return std::tuple{
        field("message", &ReportedLineView::message), field("account", &ReportedLineView::account),
        field("name", &ReportedLineView::name),       field("text", &ReportedLineView::text),
        field("at_ms", &ReportedLineView::at_ms),     field("reports", &ReportedLineView::reports),
        field("reasons", &ReportedLineView::reasons), field("notes", &ReportedLineView::notes)};
  }
};
struct ReportedLineList {
  std::vector<ReportedLineView> items;
  static constexpr std::string_view schema_name = "ReportedLineList";
  static constexpr auto fields() { return std::tuple{field("items", &ReportedLineList::items)}; }
};
struct ReportDecision {
  ReportOutcome outcome = ReportOutcome::dismissed;
  static constexpr std::string_view schema_name = "ReportDecision";
  static constexpr auto fields() { return std::tuple{field("outcome", &ReportDecision::outcome)}; }
};
struct DeskView {
  int64_t held = 0;
  int64_t reports = 0;
  int64_t questions = 0;
  std::vector<RoomAct> acts;
  static constexpr std::string_view schema_name = "RoomDesk";
  static constexpr auto fields() {
    return std::tuple{field("held", &DeskView::held, {.help = "lines that wait for a moderator"}),
                      field("reports", &DeskView::reports, {.help = "reports nobody has handled"}),
                      field("questions", &DeskView::questions, {.help = "questions that wait for the host"}),
                      field("acts", &DeskView::acts, {.help = "what the caller may do in this room"})};
  }
};
struct RoomRoleView {
  std::string account, name;
  RoomRole role = RoomRole::moderator;
  std::string by;
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "RoomRole";
  static constexpr auto fields() {
    return std::tuple{field("account", &RoomRoleView::account), field("name", &RoomRoleView::name),
                      field("role", &RoomRoleView::role), field("by", &RoomRoleView::by),
                      field("at_ms", &RoomRoleView::at_ms)};
  }
};
struct RoomRoleList {
  std::vector<RoomRoleView> items;
  static constexpr std::string_view schema_name = "RoomRoleList";
  static constexpr auto fields() { return std::tuple{field("items", &RoomRoleList::items)}; }
};
struct NewRoomRole {
  RoomRole role = RoomRole::moderator;
  std::string name;
  static constexpr std::string_view schema_name = "NewRoomRole";
  static constexpr auto fields() {
    return std::tuple{field("role", &NewRoomRole::role),
                      field("name", &NewRoomRole::name, {.help = "as shown in lists", .min = 1, .max = 60})};
  }
};

}  // namespace vitrine
