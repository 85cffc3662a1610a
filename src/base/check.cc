#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace vitrine {

void check_failed(const char* why, std::source_location where) {
  std::fprintf(stderr, "check failed: %s (%s:%u, %s)\n", why, where.file_name(), where.line(),
               where.function_name());
  std::abort();
}

}  // namespace vitrine
