// Who may watch: what a viewer of any protocol asks and who answers it. Egress and RTMP ask before the
// first byte of the stream; the media module answers (src/media/play_guard.h).
//
// Owns    nothing.
// Thread  admit_viewer() on any core.
// Never   waits or reads a file: the answer comes from memory, so a thousand joins a second cost no I/O.
#pragma once

#include <string>

#include "base/result.h"

namespace vitrine {

struct PlayRequest {
  std::string stream;   // anything; the gate holds it against is_stream_name()
  std::string path;     // of the URL: "/live/demo.flv"; for RTMP "/" APP "/" STREAM: "/live/demo"
  std::string query;    // raw, without '?': "token=..."; never logged
  std::string address;  // of the viewer, without port
  std::string referer;  // the Referer (or Origin) header, RTMP's pageUrl; empty when none came
  std::string host;     // the Host header: a page of our own may always play; empty in RTMP
};

// What is known of a viewer that was let in.
struct PlayPass {
  std::string viewer;    // the id its token was made for; empty when it has none
  bool vouched = false;  // came with a token or a signed URL, not only because the stream is open
};

class PlayGate {
 public:
  virtual ~PlayGate() = default;
  // Errors: `forbidden` (HTTP 403) "play.token_missing", "play.token_invalid", "play.token_expired",
  // "play.referer", "play.outside" (its room does not let it in); `invalid_input` "stream.name";
  // `unavailable` "media.unavailable" before the module has started.
  virtual Result<PlayPass> admit_viewer(const PlayRequest& request) = 0;
};

}  // namespace vitrine
