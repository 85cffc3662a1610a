// Who may watch: what a viewer asks and who answers it, for every protocol. The module behind it checks
// play tokens.
//
// Owns    nothing.
// Thread  admit_play() on the viewer's core.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/task.h"

namespace vitrine {

struct PlayRequest {
  std::string stream;   // allowed by is_stream_name()
  std::string query;    // of the URL, as sent: "token=...". Never logged.
  std::string address;  // of the peer, without port
  std::string page;     // the page the viewer says it is on (Referer, pageUrl); empty when it says none
};

class PlayGate {
 public:
  virtual ~PlayGate() = default;
  // Errors: `unauthenticated` or `forbidden` when the viewer may not watch; `unavailable` when that
  // cannot be told.
  virtual Task<Result<void>> admit_play(PlayRequest request) = 0;
};

}  // namespace vitrine
