#include "rooms/live_session.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr int64_t kTicksPerMs = 90;

struct Rule {
  LiveState from;
  LiveStep step;
  LiveState to;
};
constexpr std::array<Rule, 10> kTable{{
    {LiveState::scheduled, LiveStep::publish, LiveState::preview},
    {LiveState::scheduled, LiveStep::end, LiveState::ended},
    {LiveState::preview, LiveStep::unpublish, LiveState::scheduled},
    {LiveState::preview, LiveStep::go_live, LiveState::live},
    {LiveState::preview, LiveStep::end, LiveState::ended},
    {LiveState::live, LiveStep::unpublish, LiveState::interrupted},
    {LiveState::live, LiveStep::end, LiveState::ended},
    {LiveState::interrupted, LiveStep::publish, LiveState::live},
    {LiveState::interrupted, LiveStep::end, LiveState::ended},
    {LiveState::interrupted, LiveStep::give_up, LiveState::ended},
}};

}  // namespace

std::optional<LiveState> next_state(LiveState from, LiveStep step) {
  for (const Rule& rule : kTable) {
    if (rule.from == from && rule.step == step) return rule.to;
  }
  return std::nullopt;
}

LiveSession advance(LiveSession session, LiveState to, WallTime now, std::optional<MediaTime> newest) {
  session.state = to;
  ++session.version;
  if (to == LiveState::live) {
    if (session.went_live.ms == 0) session.went_live = now;
    session.practice = false;
    session.interrupted = {};
    // The stream's line goes on within an epoch, and so does the session's.
    const bool known = !session.spans.empty() && newest && session.spans.back().epoch == newest->epoch;
    if (newest && !known)
      session.spans.push_back({newest->epoch, newest->pts, (now - session.went_live).count()});
  }
  if (to == LiveState::interrupted) session.interrupted = now;
  if (to == LiveState::ended) {
    session.ended = now;
    session.practice = false;
  }
  return session;
}

std::optional<LiveMoment> moment_of(const LiveSession& session, WallTime at, std::optional<MediaTime> media) {
  const bool began = session.went_live.ms != 0 && at >= session.went_live;
  if (!began || (session.ended.ms != 0 && at > session.ended)) return std::nullopt;
  LiveMoment out{session.id, (at - session.went_live).count()};
  if (!media) return out;
  const auto span = std::find_if(session.spans.rbegin(), session.spans.rend(),
                                 [&](const MediaSpan& one) { return one.epoch == media->epoch; });
  if (span == session.spans.rend()) return out;
  out.t_ms = std::max<int64_t>(0, span->start_ms + (media->pts - span->first_pts) / kTicksPerMs);
  return out;
}

}  // namespace vitrine
