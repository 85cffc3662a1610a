// The commands that change or read an installation: one implementation each, whether it is asked by
// the running server's ops port or by a command line that holds the data directory itself.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "app/command_line.h"
#include "app/modules.h"
#include "net/router.h"

namespace vitrine {

// `name` is the command with a dash for the space: "user-create". Runs on any core.
// Problems: 404 "control.unknown_command", 503 "MODULE.unavailable", those of the modules.
Task<Reply<boost::json::object>> run_command(Platform& platform, std::string name,
                                             boost::json::object arguments);

// Runs the invocation's command where it can be run and prints the answer; the exit status.
int run_command_line(const Invocation& invocation);

}  // namespace vitrine
