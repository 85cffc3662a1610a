#include "net/address_policy.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace vitrine {
namespace {

using Address6 = std::array<uint8_t, 16>;

const AddressRanges& not_global() {
  static const AddressRanges ranges({
      "0.0.0.0/8",        // this network
      "10.0.0.0/8",       // private
      "100.64.0.0/10",    // shared by carriers; clouds keep their metadata services here
      "127.0.0.0/8",      // loopback
      "169.254.0.0/16",   // link-local; metadata services
      "172.16.0.0/12",    // private
      "192.0.0.0/24",     // protocol assignments
      "192.0.2.0/24",     // documentation
      "192.88.99.0/24",   // 6to4 relays
      "192.168.0.0/16",   // private
      "198.18.0.0/15",    // benchmarks
      "198.51.100.0/24",  // documentation
      "203.0.113.0/24",   // documentation
      "224.0.0.0/4",      // multicast
      "240.0.0.0/4",      // reserved, broadcast
  });
  return ranges;
}

// 2000::/3 is what is handed out (RFC 4291, 2.4); inside it:
const AddressRanges& global6() {
  static const AddressRanges ranges({"2000::/3"});
  return ranges;
}
const AddressRanges& special6() {
  static const AddressRanges ranges({"2001::/23", "2001:db8::/32", "3fff::/20"});
  return ranges;
}

std::string text4(const uint8_t* bytes) {
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, bytes, text, sizeof(text));
  return text;
}

bool begins_with(const Address6& address, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

// The IPv4 address inside, or empty.
std::string wrapped4(const Address6& address) {
  if (begins_with(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) return text4(&address[12]);  // mapped
  if (begins_with(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return text4(&address[12]);                                       // NAT64
  if (begins_with(address, {0x20, 0x02})) return text4(&address[2]);  // 6to4
  return {};
}

bool is_global4(std::string_view address) {
  return !not_global().contain(address);
}

bool is_global(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return is_global4(address);
  Address6 v6{};
  if (inet_pton(AF_INET6, address.c_str(), v6.data()) != 1) return false;
  if (const std::string inner = wrapped4(v6); !inner.empty()) return is_global4(inner);
  return global6().contain(address) && !special6().contain(address);
}

}  // namespace

bool AddressPolicy::allows(std::string_view address) const {
  return is_global(std::string(address)) || allowed_.contain(address);
}

}  // namespace vitrine
