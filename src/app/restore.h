// `vitrine restore FOLDER`: makes an installation from a backup, where there is none.
#pragma once

#include "app/command_line.h"

namespace vitrine {

// Refuses a place that is not empty and a backup in which anything differs from its manifest; builds beside
// the place, verifies the ledger, closes the shop for sale until its payment providers were asked
// (SHOP-RULES 21), and puts all in place in one step. Prints what it made; the exit status.
int restore(const Invocation& invocation);

}  // namespace vitrine
