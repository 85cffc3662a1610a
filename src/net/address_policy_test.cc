#include "net/address_policy.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(AddressPolicy, TheOpenInternetIsAllowed) {
  const AddressPolicy policy({});
  for (const auto* address : {"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.63.255.255", "2606:4700::1111",
                              "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    EXPECT_TRUE(policy.allows(address)) << address;
}

TEST(AddressPolicy, NothingOfOurOwnIs) {
  const AddressPolicy policy({});
  for (const auto* address : {"127.0.0.1",   "127.255.255.254", "0.0.0.0",      "10.1.2.3",
                              "172.16.0.1",  "172.31.255.255",  "192.168.1.1",  "169.254.169.254",
                              "100.64.0.1",  "100.100.100.200", "192.0.0.8",    "198.19.0.1",
                              "224.0.0.1",   "255.255.255.255", "::1",          "::",
                              "fe80::1",     "fc00::1",         "fd12:3456::1", "ff02::1",
                              "2001:db8::1", "2001::1",         "100::1"})
    EXPECT_FALSE(policy.allows(address)) << address;
}

// The same machine spelled in IPv6.
TEST(AddressPolicy, AWrappedAddressCountsAsWhatItWraps) {
  const AddressPolicy policy({});
  for (const auto* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::", "2002:a00:1::1"})
    EXPECT_FALSE(policy.allows(address)) << address;
}

TEST(AddressPolicy, WhatIsNoAddressIsRefused) {
  const AddressPolicy policy({"127.0.0.0/8"});
  for (const auto* address : {"", "localhost", "127.1", "0x7f000001", "2130706433", "8.8.8.8 ", "[::1]"})
    EXPECT_FALSE(policy.allows(address)) << address;
}

TEST(AddressPolicy, NetworksOfOnesOwnCanBeNamed) {
  const AddressPolicy policy({"10.20.0.0/16", "::1"});
  EXPECT_TRUE(policy.allows("10.20.3.4"));
  EXPECT_TRUE(policy.allows("::1"));
  EXPECT_FALSE(policy.allows("10.21.0.1"));
  EXPECT_FALSE(policy.allows("127.0.0.1"));
}

}  // namespace
}  // namespace vitrine
