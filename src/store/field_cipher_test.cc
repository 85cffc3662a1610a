// Sealed personal data opens only with the key and in its place.
#include "store/field_cipher.h"

#include <gtest/gtest.h>

#include "testing/blocking.h"

namespace vitrine {
namespace {

class FieldCipherTest : public ::testing::Test {
 protected:
  FieldCipherTest() { EXPECT_TRUE(cipher.load(path)); }
  TestFolder folder;
  std::string path = folder.path() + "/secrets/field.key";
  SystemRandom random;
  FieldCipher cipher{random};
};

TEST_F(FieldCipherTest, OpensWhatItSealed) {
  const std::string sealed = cipher.seal("世纪大道 100 号", "ord_1 line");
  EXPECT_EQ(sealed.find("世纪"), std::string::npos);
  EXPECT_EQ(cipher.open(sealed, "ord_1 line").value(), "世纪大道 100 号");
  EXPECT_NE(cipher.seal("same", "place"), cipher.seal("same", "place"));
}

TEST_F(FieldCipherTest, RefusesAnotherPlaceAndAnyChangedByte) {
  const std::string sealed = cipher.seal("secret", "ord_1 phone");
  EXPECT_EQ(cipher.open(sealed, "ord_2 phone").error().reason, "store.field_sealed");
  for (size_t at = 0; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(cipher.open(changed, "ord_1 phone")) << at;
  }
  EXPECT_FALSE(cipher.open(sealed.substr(0, 10), "ord_1 phone"));
}

TEST_F(FieldCipherTest, KeepsItsKeyOverARestart) {
  const std::string sealed = cipher.seal("secret", "place");
  FieldCipher again(random);
  ASSERT_TRUE(again.load(path));
  EXPECT_EQ(again.open(sealed, "place").value(), "secret");
}

}  // namespace
}  // namespace vitrine
