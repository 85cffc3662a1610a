#include "rooms/session_views.h"

namespace vitrine {
namespace {

std::optional<int64_t> told(WallTime time) {
  return time.ms == 0 ? std::nullopt : std::optional(time.ms);
}

}  // namespace

SessionView view_of(const LiveSession& session) {
  return {.session = session.id,
          .title = session.title,
          .cover = session.cover,
          .state = session.state,
          .practice = session.practice,
          .starts_at_ms = session.starts ? std::optional(session.starts->ms) : std::nullopt,
          .live_at_ms = told(session.went_live),
          .ended_at_ms = told(session.ended),
          .version = session.version};
}

std::string session_json(const LiveSession& session) {
  return boost::json::serialize(to_json(view_of(session)));
}

std::string session_body(const LiveSession& session) {
  return R"({"kind":"session",)" + session_json(session).substr(1);
}

}  // namespace vitrine
