#include "members/field_vault.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

class FieldVaultTest : public testing::Test {
 protected:
  SeededRandom random_{1};
  FieldVault vault_{derive_member_keys("a", "b"), random_};
};

TEST_F(FieldVaultTest, OpensWhatItSealed) {
  const std::string sealed = vault_.seal("+8613800001234", "buyers.phone.usr_1");
  EXPECT_EQ(sealed.find("13800001234"), std::string::npos);
  EXPECT_EQ(vault_.open(sealed, "buyers.phone.usr_1").value(), "+8613800001234");
}

TEST_F(FieldVaultTest, SealsTheSameValueDifferentlyEachTime) {
  EXPECT_NE(vault_.seal("x", "p"), vault_.seal("x", "p"));
}

TEST_F(FieldVaultTest, RefusesAnotherRowsValue) {
  EXPECT_FALSE(vault_.open(vault_.seal("x", "buyers.phone.usr_1"), "buyers.phone.usr_2"));
}

TEST_F(FieldVaultTest, RefusesEveryFlippedBitAndEveryTruncation) {
  const std::string sealed = vault_.seal("secret", "p");
  for (size_t index = 0; index < sealed.size(); ++index) {
    std::string broken = sealed;
    broken[index] = static_cast<char>(broken[index] ^ 1);
    EXPECT_FALSE(vault_.open(broken, "p")) << index;
    EXPECT_FALSE(vault_.open(sealed.substr(0, index), "p")) << index;
  }
}

TEST_F(FieldVaultTest, AnotherInstallationsIndexDiffers) {
  const FieldVault other{derive_member_keys("a", "c"), random_};
  EXPECT_EQ(vault_.blind_index("phone", "1"), vault_.blind_index("phone", "1"));
  EXPECT_NE(vault_.blind_index("phone", "1"), vault_.blind_index("subject", "1"));
  EXPECT_NE(vault_.blind_index("phone", "1"), other.blind_index("phone", "1"));
}

}  // namespace
}  // namespace vitrine
