// Looks at the database a URL names, for `vitrine doctor` and for the words at a failed start.
//
// Thread  any; blocks for as long as connecting takes.
#pragma once

#include <string>

namespace vitrine {

struct PostgresLook {
  bool reached = false;
  bool usable = false;  // new enough, and we may make schemas there
  std::string shown;    // the URL without its password
  std::string what;     // one sentence, for people
  std::string mend;     // what to do; empty when there is nothing to do
};

PostgresLook look_at_postgres(const std::string& url);

}  // namespace vitrine
