// `vitrine-codec publish`: the demo picture and sound, pushed in real time until told to stop; a lost
// connection is made again with growing pauses.
//
// Thread  one.
#pragma once

#include <optional>

#include "base/clock.h"
#include "codec_tool/live_push.h"
#include "codec_tool/stop_signal.h"

namespace vitrine {

// Returns when `stop` says so or `length` of media has been sent. Errors: `unsupported` when this
// FFmpeg cannot encode; trying again would not help.
Result<void> publish_demo(PushOptions options, std::optional<Milliseconds> length, StopSignal& stop);

}  // namespace vitrine
