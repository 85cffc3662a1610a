#include "runtime/tls_door.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <filesystem>
#include <fstream>

#include "runtime/metrics.h"
#include "testing/blocking.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

class TlsDoorTest : public ::testing::Test {
 protected:
  // What configure() says; empty when it took the files.
  std::string configure(const std::string& certificate, const std::string& key, bool required = false) {
    std::string fault;
    const auto taken = door.configure({.certificate = certificate, .key = key, .required = required}, fault);
    EXPECT_EQ(taken.ok(), fault.empty());
    return fault;
  }
  static void overwrite(const std::string& to, const std::string& from) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  TestFolder folder;
  prometheus::Registry metrics;
  TlsDoor door{metrics};
};

TEST_F(TlsDoorTest, WithoutFilesThereIsNoTls) {
  EXPECT_EQ(configure("", ""), "");
  EXPECT_EQ(door.context(), nullptr);
}

TEST_F(TlsDoorTest, RequiringWhatIsNotThereIsAFault) {
  EXPECT_NE(configure("", "", true).find("no certificate is set"), std::string::npos);
}

TEST_F(TlsDoorTest, TakesACertificateAndSaysWhenItEnds) {
  const TestCertificate one(folder.path(), "one", 10);
  EXPECT_EQ(configure(one.certificate, one.key, true), "");
  ASSERT_NE(door.context(), nullptr);
  EXPECT_TRUE(door.required());
  const auto left = door.context()->expires() - SystemClock().wall();
  EXPECT_NEAR(static_cast<double>(left.count()), 10 * 86'400'000.0, 60'000.0);
  EXPECT_EQ(render_metrics(metrics).find("vitrine_tls_certificate_expires_seconds 0\n"), std::string::npos);
}

TEST_F(TlsDoorTest, EveryFaultNamesTheSettingTheFileAndTheReason) {
  const TestCertificate one(folder.path(), "one");
  const TestCertificate two(folder.path(), "two");
  const std::string none = folder.path() + "/none.pem";
  const std::string text = folder.path() + "/text.pem";
  write(text, "not a certificate\n");
  EXPECT_EQ(configure(one.certificate, ""), "tls.key is not set; a certificate and its key go together");
  EXPECT_EQ(configure(none, one.key), "tls.certificate = " + none + ": No such file or directory");
  EXPECT_EQ(configure(text, one.key), "tls.certificate = " + text + ": holds none in PEM form");
  EXPECT_EQ(configure(one.certificate, text), "tls.key = " + text + ": holds none in PEM form");
  EXPECT_EQ(configure(one.certificate, two.key), "tls.key = " + two.key + ": belongs to another certificate");
}

// OpenSSL would ask at the terminal and the server would hang.
TEST_F(TlsDoorTest, AKeyWithAPassphraseIsAFaultAndNoQuestion) {
  const TestCertificate one(folder.path(), "one");
  const std::string locked = folder.path() + "/locked.pem";
  const std::string command = "openssl pkey -in " + one.key + " -aes128 -passout pass:secret -out " + locked;
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_NE(configure(one.certificate, locked).find("locked with a passphrase"), std::string::npos);
}

TEST_F(TlsDoorTest, LooksAgainWhenTheFilesHaveChanged) {
  const TestCertificate one(folder.path(), "one");
  const TestCertificate two(folder.path(), "two");
  ASSERT_EQ(configure(one.certificate, one.key), "");
  const auto before = door.context();
  door.look();
  EXPECT_EQ(door.context(), before) << "nothing has changed";
  overwrite(one.certificate, two.certificate);
  overwrite(one.key, two.key);
  door.look();
  EXPECT_NE(door.context(), before);
}

// Whoever renews a certificate writes one file after the other.
TEST_F(TlsDoorTest, BetweenTheTwoFilesTheOldCertificateStays) {
  const TestCertificate one(folder.path(), "one");
  const TestCertificate two(folder.path(), "two");
  ASSERT_EQ(configure(one.certificate, one.key), "");
  const auto before = door.context();
  overwrite(one.certificate, two.certificate);
  door.look();
  EXPECT_EQ(door.context(), before);
  overwrite(one.key, two.key);
  door.look();
  EXPECT_NE(door.context(), before);
}

TEST_F(TlsDoorTest, AFaultyConfigurationChangesNothing) {
  const TestCertificate one(folder.path(), "one");
  ASSERT_EQ(configure(one.certificate, one.key), "");
  const auto before = door.context();
  EXPECT_NE(configure(one.certificate, folder.path() + "/none.pem", true), "");
  EXPECT_EQ(door.context(), before);
  EXPECT_FALSE(door.required());
}

}  // namespace
}  // namespace vitrine
