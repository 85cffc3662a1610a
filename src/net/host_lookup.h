// The addresses of a host that somebody else named.
//
// Thread  a blocking pool's: the look-up waits for the name server.
#pragma once

#include <string>
#include <vector>

namespace vitrine {

// Numeric addresses, at most 16, in the order the system prefers them; a numeric `host` is its own answer.
// Empty when nobody knows the host. Blocks until the resolver's own time-out. What may be connected to is
// AddressPolicy's to say.
std::vector<std::string> look_up_host(const std::string& host);

}  // namespace vitrine
