// Host names, with resolvers that answer late or never.
#include "net/host_lookup.h"

#include <gtest/gtest.h>

#include <latch>

#include "testing/blocking.h"

namespace vitrine {
namespace {

constexpr Milliseconds kLong{60'000};

// A name server that does not answer until the test lets it.
struct Silent {
  std::latch asked{1};
  std::latch answers{1};
};

HostLookups::Resolve resolver_of(std::shared_ptr<Silent> silent) {
  return [silent](const std::string&) -> std::vector<std::string> {
    silent->asked.count_down();
    silent->answers.wait();
    return {"192.0.2.1"};
  };
}

class HostLookupTest : public testing::Test {
 protected:
  HostLookupTest() { cores_.start(); }
  ~HostLookupTest() override { cores_.stop(); }
  Core& core() { return cores_.at(0); }

  Cores cores_{1};
};

TEST_F(HostLookupTest, ANumericAddressIsItsOwnAnswer) {
  HostLookups lookups;
  const auto found = wait_on(core(), lookups.look_up("127.0.0.1", kLong));
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(*wait_on(core(), lookups.look_up("::1", kLong)), std::vector<std::string>{"::1"});
}

TEST_F(HostLookupTest, ANameNobodyKnowsHasNoAddresses) {
  HostLookups lookups([](const std::string&) { return std::vector<std::string>(); });
  const auto found = wait_on(core(), lookups.look_up("nobody.invalid", kLong));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

// The server stops while a name server keeps silent; its late answer finds nobody and does no harm.
TEST_F(HostLookupTest, ASilentNameServerHoldsUpNoStop) {
  const auto silent = std::make_shared<Silent>();
  {
    HostLookups lookups(resolver_of(silent));
    auto waiting = begin_on(core(), lookups.look_up("slow.example", kLong));
    silent->asked.wait();
    const auto begun = std::chrono::steady_clock::now();
    lookups.close();
    EXPECT_EQ(waiting.get()->error().reason, "host.stopping");
    EXPECT_EQ(wait_on(core(), lookups.look_up("127.0.0.1", kLong)).error().reason, "host.stopping");
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  }
  cores_.stop();
  silent->answers.count_down();
}

TEST_F(HostLookupTest, ALookUpHasItsTimeAndOthersGoOn) {
  const auto silent = std::make_shared<Silent>();
  const auto stuck = resolver_of(silent);
  HostLookups lookups([stuck](const std::string& host) {
    return host == "slow.example" ? stuck(host) : std::vector<std::string>{"192.0.2.7"};
  });
  EXPECT_EQ(wait_on(core(), lookups.look_up("slow.example", Milliseconds(20))).error().reason,
            "host.overdue");
  EXPECT_EQ(*wait_on(core(), lookups.look_up("quick.example", kLong)), std::vector<std::string>{"192.0.2.7"});
  silent->answers.count_down();
}

TEST_F(HostLookupTest, ThreadsLeftBehindAreCounted) {
  const auto silent = std::make_shared<Silent>();
  HostLookups lookups([silent](const std::string&) -> std::vector<std::string> {
    silent->answers.wait();
    return {};
  });
  for (size_t at = 0; at < HostLookups::kThreadsMax; ++at) {
    const auto left = wait_on(core(), lookups.look_up("slow.example", Milliseconds(1)));
    ASSERT_EQ(left.error().reason, "host.overdue") << at;
  }
  EXPECT_EQ(wait_on(core(), lookups.look_up("slow.example", kLong)).error().reason, "host.look_ups");
  silent->answers.count_down();
}

}  // namespace
}  // namespace vitrine
