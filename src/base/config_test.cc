#include "base/config.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

constexpr IntegerKey kGrace{"media.grace_ms", "ms", 15'000, 0, 600'000, Reload::live, "grace"};
constexpr ListKey kBind{"bind", "127.0.0.1,::1", Reload::restart, "addresses"};
constexpr FlagKey kSandbox{"payments.sandbox", false, Reload::restart, "sandbox"};

Config make() {
  return Config({kGrace, kBind, kSandbox});
}

TEST(Config, StartsWithWhatTheKeysDeclare) {
  const Config config = make();
  EXPECT_EQ(config.get(kGrace), 15'000);
  EXPECT_EQ(config.get(kBind), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(config.origin("media.grace_ms"), "default");
}

TEST(Config, AValueOutOfRangeNamesKeyValueAndRange) {
  Config config = make();
  const auto fault = config.set_text("media.grace_ms", "700000", "flag");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->what, "flag: media.grace_ms = 700000 is out of range, 0 to 600000 ms");
  EXPECT_EQ(config.get(kGrace), 15'000);
}

TEST(Config, AnUnknownKeyOrAWrongTypeIsAnError) {
  Config config = make();
  EXPECT_EQ(config.set_text("media.grce_ms", "1", "environment")->what,
            "environment: unknown key media.grce_ms");
  EXPECT_EQ(config.set_text("payments.sandbox", "maybe", "flag")->what,
            "flag: payments.sandbox = maybe must be true or false");
  EXPECT_EQ(config.set_value("media.grace_ms", std::string("soon"), "file")->what,
            "file: media.grace_ms has the wrong type");
}

TEST(Config, KeysHaveOneNameInTheEnvironment) {
  EXPECT_EQ(environment_name("media.grace_ms"), "VITRINE_MEDIA_GRACE_MS");
}

}  // namespace
}  // namespace vitrine
