#include "runtime/tls_greeting.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

// A ClientHello of 0x1fc bytes in a record of 0x200.
const std::string kBrowser = "16 03 01 02 00  01 00 01 fc";

TEST(TlsGreeting, ItsRecordSaysHowLongItIs) {
  EXPECT_EQ(*tls_greeting_size(hex(kBrowser)), 5u + 0x200);
}

TEST(TlsGreeting, UntilItsHeadIsThereTheHeadIsAwaited) {
  const auto bytes = hex(kBrowser);
  for (size_t size = 0; size < kTlsGreetingHead; ++size)
    EXPECT_EQ(*tls_greeting_size(Bytes(bytes).first(size)), kTlsGreetingHead) << size;
}

// Some clients cut the message into several records to get past middleboxes.
TEST(TlsGreeting, MayGoOnInFurtherRecords) {
  EXPECT_EQ(*tls_greeting_size(hex("16 03 01 00 04  01 00 01 fc")), 9u);
}

// OpenSSL would set aside what the message claims: 128 KiB for nine bytes.
TEST(TlsGreeting, ALongOneIsRefusedBeforeAnythingIsSpentOnIt) {
  EXPECT_EQ(tls_greeting_size(hex("16 03 01 40 00  01 02 00 00")).error().reason, "tls.greeting");
}

TEST(TlsGreeting, WhatIsNoneIsRefused) {
  for (const char* other :
       {"15 03 01 02 00  01 00 01 fc", "16 02 01 02 00  01 00 01 fc", "16 03 01 40 01  01 00 01 fc",
        "16 03 01 02 00  02 00 01 fc", "16 03 01 00 03  01 00 01 fc"})
    EXPECT_EQ(tls_greeting_size(hex(other)).error().reason, "tls.greeting") << other;
}

TEST(TlsGreeting, WhateverComesTheAnswerIsBounded) {
  EXPECT_TRUE(rc::check("bounded", [](const std::vector<uint8_t>& bytes) {
    const auto size = tls_greeting_size(bytes);
    if (!size) return;
    RC_ASSERT(*size >= kTlsGreetingHead);
    RC_ASSERT(*size <= 5u + 16'384u);
  }));
}

}  // namespace
}  // namespace vitrine
