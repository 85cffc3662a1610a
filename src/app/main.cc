// Vitrine: a live room that sells. See docs/architecture.md.
#include <fmt/format.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/restore.h"
#include "app/serve.h"
#include "app/tools.h"

int main(int count, char** words) {
  const auto parsed = vitrine::parse_command_line(count, words);
  if (!parsed.invocation) return parsed.exit_status;
  const vitrine::Invocation& invocation = *parsed.invocation;
  const std::string& command = invocation.command;
  if (command == "serve" || command == "demo") return vitrine::serve(invocation);
  if (command == "restore") return restore(invocation);
  if (command == "doctor") return vitrine::print_doctor(invocation);
  if (command == "config") return vitrine::print_config(invocation);
  if (command == "version") return vitrine::print_version(invocation);
  if (command == "openapi") return vitrine::print_openapi();
  return vitrine::run_command_line(invocation);
}
