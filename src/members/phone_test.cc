#include "members/phone.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(Phone, OneFormForWhatPeopleType) {
  for (const char* typed : {"13800001234", "138 0000 1234", "138-0000-1234", "+86 138 0000 1234",
                            "008613800001234", "+86 (138) 00001234"}) {
    const auto phone = normalize_phone(typed, "86");
    ASSERT_TRUE(phone) << typed;
    EXPECT_EQ(*phone, "+8613800001234") << typed;
  }
  EXPECT_EQ(normalize_phone("07911 123456", "44").value(), "+447911123456");
}

TEST(Phone, RefusesWhatIsNone) {
  for (const char* typed : {"", "+", "12", "1380000123", "138000012345", "12800001234", "abc", "138x0001234",
                            "1380000+1234", "+0123456789", "+1234567890123456"}) {
    EXPECT_FALSE(normalize_phone(typed, "86")) << typed;
  }
}

TEST(Phone, IsMaskedInTheMiddle) {
  EXPECT_EQ(mask_phone("+8613800001234"), "138****1234");
  EXPECT_EQ(mask_phone("+447911123456"), "+44****456");
  EXPECT_EQ(mask_phone("123"), "****");
}

}  // namespace
}  // namespace vitrine
