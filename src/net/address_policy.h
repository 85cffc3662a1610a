// Where this server may connect to when somebody else chose the address (webhooks, pulled streams): the
// open Internet, and of its own networks only those the installation names. Without it a URL typed into
// a form would be a door to the database beside us (server-side request forgery).
//
// The policy is asked for the address that is connected to, never for a name: a name may answer
// differently the second time it is looked up.
//
// Owns    the ranges that are allowed anyway. Thread  any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/client_address.h"

namespace vitrine {

class AddressPolicy {
 public:
  // `allowed`: addresses and networks of one's own that may be reached (net.private_destinations).
  explicit AddressPolicy(const std::vector<std::string>& allowed) : allowed_(allowed) {}

  // `address` is numeric, as tcp sockets take it. False for what is no address, and for everything that is
  // not globally reachable unicast (IANA special-purpose registries, RFC 6890), also when an IPv4 address
  // is wrapped in IPv6 (mapped, NAT64, 6to4).
  bool allows(std::string_view address) const;

 private:
  AddressRanges allowed_;
};

}  // namespace vitrine
