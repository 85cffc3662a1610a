// Who is really asking: the peer, or the client a trusted proxy speaks for (net.trusted_proxies).
//
// Thread  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace vitrine {

// Addresses and networks: "10.0.0.0/8", "2001:db8::/32", "192.0.2.1".
class AddressRanges {
 public:
  // `bad`, if given, gets the entries that are neither; they match nothing.
  explicit AddressRanges(const std::vector<std::string>& texts, std::vector<std::string>* bad = nullptr);
  bool contain(std::string_view address) const;

 private:
  struct Range {
    std::array<uint8_t, 16> address;  // IPv4 as ::ffff:a.b.c.d
    int bits;
  };
  std::vector<Range> ranges_;
};

struct ClientAddress {
  std::string address;
  bool secure = false;
};

// Follows X-Forwarded-For from the right as long as the hop before is trusted, so nobody can claim an
// address by sending the header himself; X-Forwarded-Proto counts only from a trusted peer.
ClientAddress client_address(const std::string& peer, bool secure, const HttpHeaders& headers,
                             const AddressRanges& trusted);

// What per-address limits count by: the address itself for IPv4, its /64 for IPv6.
std::string address_group(std::string_view address);

}  // namespace vitrine
