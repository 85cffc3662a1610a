// A live session as HTTP and the room's socket tell it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "rooms/live_session.h"

namespace vitrine {

struct SessionView {
  LiveSessionId session{};
  std::string title{};
  std::optional<std::string> cover{};
  LiveState state = LiveState::scheduled;
  bool practice = false;
  std::optional<int64_t> starts_at_ms{};
  std::optional<int64_t> live_at_ms{};
  std::optional<int64_t> ended_at_ms{};
  int64_t version = 0;
  static constexpr std::string_view schema_name = "LiveSession";
  static constexpr auto fields() {
    return std::tuple{
        field("session", &SessionView::session),
        field("title", &SessionView::title),
        field("cover", &SessionView::cover),
        field("state", &SessionView::state),
        field("practice", &SessionView::practice, {.help = "only staff are let in; nothing is kept or sold"}),
        field("starts_at_ms", &SessionView::starts_at_ms, {.help = "as announced"}),
        field("live_at_ms", &SessionView::live_at_ms),
        field("ended_at_ms", &SessionView::ended_at_ms),
        field("version", &SessionView::version, {.help = "grows with each change"})};
  }
};
SessionView view_of(const LiveSession& session);

struct SessionList {
  std::vector<SessionView> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "LiveSessionList";
  static constexpr auto fields() {
    return std::tuple{field("items", &SessionList::items), field("next", &SessionList::next)};
  }
};
struct NewSession {
  std::optional<std::string> title{}, cover{};
  std::optional<int64_t> starts_at_ms{};
  std::optional<bool> practice{};
  static constexpr std::string_view schema_name = "NewLiveSession";
  static constexpr auto fields() {
    return std::tuple{
        field("title", &NewSession::title, {.help = "the room's, when left out", .min = 1, .max = 60}),
        field("cover", &NewSession::cover, {.help = "/v1/pictures/pic_...", .max = 100}),
        field("starts_at_ms", &NewSession::starts_at_ms, {.help = "announced to viewers", .min = 0}),
        field("practice", &NewSession::practice)};
  }
};
struct SessionPatch {
  std::optional<std::string> title{}, cover{};
  std::optional<int64_t> starts_at_ms{};
  std::optional<bool> practice{};
  static constexpr std::string_view schema_name = "LiveSessionPatch";
  static constexpr auto fields() {
    return std::tuple{field("title", &SessionPatch::title, {.min = 1, .max = 60}),
                      field("cover", &SessionPatch::cover, {.help = "empty: none", .max = 100}),
                      field("starts_at_ms", &SessionPatch::starts_at_ms, {.help = "0: none", .min = 0}),
                      field("practice", &SessionPatch::practice)};
  }
};

struct TimelineItem {
  int64_t t_ms = 0;
  int64_t at_ms = 0;
  boost::json::value event{};
  static constexpr std::string_view schema_name = "TimelineItem";
  static constexpr auto fields() {
    return std::tuple{
        field("t_ms", &TimelineItem::t_ms,
              {.help = "milliseconds since the session went live, by its picture"}),
        field("at_ms", &TimelineItem::at_ms),
        field("event", &TimelineItem::event, {.help = "as docs/asyncapi.json has it, without its number"})};
  }
};
struct Timeline {
  std::vector<TimelineItem> items{};
  std::optional<std::string> next{};
  static constexpr std::string_view schema_name = "Timeline";
  static constexpr auto fields() {
    return std::tuple{field("items", &Timeline::items), field("next", &Timeline::next)};
  }
};

// The numbered event that tells a session, and what the snapshot has of it.
std::string session_json(const LiveSession& session);
std::string session_body(const LiveSession& session);

}  // namespace vitrine
