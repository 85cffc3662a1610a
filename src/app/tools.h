// The commands that only look: doctor, config, version, openapi. Each prints and answers the exit status.
#pragma once

#include "app/command_line.h"

namespace vitrine {

int print_doctor(const Invocation& invocation);
int print_config(const Invocation& invocation);
int print_version(const Invocation& invocation);
// The OpenAPI document of every module's routes, as docs/openapi.json keeps it.
int print_openapi();

}  // namespace vitrine
