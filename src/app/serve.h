// `vitrine serve` and `vitrine demo`: an installation with its listeners, from start to drained stop.
#pragma once

#include "app/command_line.h"

namespace vitrine {

// Blocks until the server has stopped; the exit status. 2: a setting is wrong; 1: it could not start.
int serve(const Invocation& invocation);

}  // namespace vitrine
