#include "net/client_address.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(AddressRanges, ContainByPrefix) {
  std::vector<std::string> bad;
  const AddressRanges ranges({"10.0.0.0/8", "192.0.2.1", "2001:db8::/33", "nonsense", "10.0.0.0/33", "::1/x"},
                             &bad);
  EXPECT_TRUE(ranges.contain("10.255.0.1"));
  EXPECT_FALSE(ranges.contain("11.0.0.1"));
  EXPECT_TRUE(ranges.contain("192.0.2.1"));
  EXPECT_FALSE(ranges.contain("192.0.2.2"));
  EXPECT_TRUE(ranges.contain("2001:db8:7fff::1"));
  EXPECT_FALSE(ranges.contain("2001:db8:8000::1"));
  EXPECT_FALSE(ranges.contain("unix"));
  EXPECT_EQ(bad, (std::vector<std::string>{"nonsense", "10.0.0.0/33", "::1/x"}));
}

struct Row {
  const char* peer;
  const char* forwarded;
  const char* client;
};

// The right end of X-Forwarded-For was written by our own proxy; everything left of the first stranger
// may be invented.
TEST(ClientAddress, FollowsTrustedHopsOnly) {
  const AddressRanges trusted({"10.0.0.0/8", "::1"});
  const Row rows[] = {
      {"203.0.113.5", "198.51.100.7", "203.0.113.5"},  // not a proxy of ours
      {"10.0.0.1", "198.51.100.7", "198.51.100.7"},
      {"10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
      {"10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"},
      {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
      {"10.0.0.1", "198.51.100.7:5000", "198.51.100.7"},
      {"::1", "[2001:db8::7]:443", "2001:db8::7"},
      {"10.0.0.1", "unknown", "10.0.0.1"},
      {"10.0.0.1", "", "10.0.0.1"},
  };
  for (const Row& row : rows) {
    HttpHeaders headers;
    headers.add("X-Forwarded-For", row.forwarded);
    EXPECT_EQ(client_address(row.peer, false, headers, trusted).address, row.client)
        << row.peer << row.forwarded;
  }
}

TEST(ClientAddress, SeveralHeadersAreOneList) {
  HttpHeaders headers;
  headers.add("X-Forwarded-For", "198.51.100.7");
  headers.add("x-forwarded-for", "10.0.0.2");
  headers.add("X-Forwarded-Proto", "HTTPS");
  const auto client = client_address("10.0.0.1", false, headers, AddressRanges({"10.0.0.0/8"}));
  EXPECT_EQ(client.address, "198.51.100.7");
  EXPECT_TRUE(client.secure);
  EXPECT_FALSE(client_address("203.0.113.5", false, headers, AddressRanges({"10.0.0.0/8"})).secure);
}

// A household gets a whole /64: limits that counted single addresses of it would limit nothing.
TEST(AddressGroup, IsTheAddressOrTheNetworkOf64Bits) {
  EXPECT_EQ(address_group("198.51.100.7"), "198.51.100.7");
  EXPECT_EQ(address_group("2001:db8:0:1:2:3:4:5"), "2001:db8:0:1::/64");
  EXPECT_EQ(address_group("2001:db8:0:1::9"), address_group("2001:db8:0:1:ffff::"));
  EXPECT_EQ(address_group("nonsense"), "nonsense");
}

}  // namespace
}  // namespace vitrine
