#include "media/access/signed_url.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "testing/fake_clock.h"

namespace vitrine {
namespace {

constexpr WallTime seconds(int64_t value) {
  return {value * 1'000};
}

// The vendors' own examples (docs/protocols/access.md names them).
constexpr int64_t kAliyunTime = 1'622'194'197;
const SignedUrlRule kAliyun{SignedUrlFormat::aliyun_a, "aliyunliveexp1234", "", Milliseconds(0)};
const SignedUrlTarget kAliyunTarget{"/video/standard", "standard"};
const std::string kAliyunQuery = "auth_key=1622194197-0-0-5552ff52b5e4e20387c6dc18afce206b";

const std::string kHuaweiKey = "GCTbw44s6MPLh4GqgDpnfuFHgy25Enly";
constexpr int64_t kHuaweiATime = 1'592'639'100;
const SignedUrlRule kHuaweiA{SignedUrlFormat::huawei_a, kHuaweiKey, "", Milliseconds(0)};
const SignedUrlTarget kHuaweiTarget{"/livetest/huawei1.flv", "huawei1"};
const std::string kHuaweiAQuery =
    "auth_key=1592639100-477b3bbc253f467b8def6711128c7bec-0-dd1b5ffa00cf26acec0c169ae1cfabea";

constexpr int64_t kHexTime = 0x5eed5888;
const SignedUrlRule kTencent{SignedUrlFormat::tencent, kHuaweiKey, "", Milliseconds(0)};
const std::string kTencentQuery = "txSecret=5cdc845362c332a4ec3e09ac5d5571d6&txTime=5eed5888";
const SignedUrlRule kHuaweiD{SignedUrlFormat::huawei_d, kHuaweiKey, "", Milliseconds(0)};
const std::string kHuaweiDQuery =
    "hwSecret=ce201856a0957413319e883c8ccae13602f01d3d91e21daf5161964cf708a6a8&hwTime=5eed5888";

struct Vector {
  const char* name;
  SignedUrlRule rule;
  SignedUrlTarget target;
  std::string query;
  int64_t time_s;
  std::string nonce;
};
const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all{
      {"aliyun_a", kAliyun, kAliyunTarget, kAliyunQuery, kAliyunTime, ""},
      {"huawei_a", kHuaweiA, kHuaweiTarget, kHuaweiAQuery, kHuaweiATime, "477b3bbc253f467b8def6711128c7bec"},
      {"tencent", kTencent, kHuaweiTarget, kTencentQuery, kHexTime, ""},
      {"huawei_d", kHuaweiD, kHuaweiTarget, kHuaweiDQuery, kHexTime, ""},
  };
  return all;
}

std::string verdict(const SignedUrlRule& rule, const SignedUrlTarget& target, std::string_view query,
                    WallTime now) {
  const auto taken = verify_query(rule, target, query, now);
  return taken ? "right" : std::string(taken.error().reason);
}

TEST(SignedUrl, TheVendorsExamplesAreTakenAndMade) {
  for (const Vector& one : vectors()) {
    const WallTime ends = seconds(one.time_s);
    EXPECT_EQ(verdict(one.rule, one.target, one.query, seconds(one.time_s - 1)), "right") << one.name;
    EXPECT_EQ(sign_query(one.rule, one.target, ends, one.nonce), one.query) << one.name;
  }
}

TEST(SignedUrl, EndsAtItsTime) {
  for (const Vector& one : vectors())
    EXPECT_EQ(verdict(one.rule, one.target, one.query, seconds(one.time_s)), "play.token_expired")
        << one.name;
}

TEST(SignedUrl, WithALifetimeTheTimeIsWhenItWasMade) {
  for (const Vector& one : vectors()) {
    SignedUrlRule rule = one.rule;
    rule.lifetime = Milliseconds(1'800'000);
    EXPECT_EQ(verdict(rule, one.target, one.query, seconds(one.time_s + 1'799)), "right") << one.name;
    EXPECT_EQ(verdict(rule, one.target, one.query, seconds(one.time_s + 1'800)), "play.token_expired")
        << one.name;
    EXPECT_EQ(sign_query(rule, one.target, seconds(one.time_s + 1'800), one.nonce), one.query) << one.name;
  }
}

TEST(SignedUrl, AnotherStreamsSignatureIsWorthNothing) {
  for (const Vector& one : vectors()) {
    const SignedUrlTarget other{"/live/other.flv", "other"};
    EXPECT_EQ(verdict(one.rule, other, one.query, seconds(one.time_s - 1)), "play.token_invalid") << one.name;
  }
}

TEST(SignedUrl, TheKeyBeforeIsTakenWhileItIsNamed) {
  for (const Vector& one : vectors()) {
    SignedUrlRule changed = one.rule;
    changed.key = "the next key";
    EXPECT_EQ(verdict(changed, one.target, one.query, seconds(one.time_s - 1)), "play.token_invalid")
        << one.name;
    changed.previous_key = one.rule.key;
    EXPECT_EQ(verdict(changed, one.target, one.query, seconds(one.time_s - 1)), "right") << one.name;
  }
}

TEST(SignedUrl, EveryTruncationAndEveryChangedBitIsRefused) {
  for (const Vector& one : vectors()) {
    const WallTime now = seconds(one.time_s - 1);
    for (size_t length = 0; length < one.query.size(); ++length)
      EXPECT_EQ(verdict(one.rule, one.target, one.query.substr(0, length), now), "play.token_invalid")
          << one.name << " " << length;
    for (size_t at = 0; at < one.query.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string changed = one.query;
        changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
        EXPECT_NE(verdict(one.rule, one.target, changed, now), "right") << changed;
      }
    }
  }
}

TEST(SignedUrl, FieldsThatAreMissingTwiceOrOddAreRefused) {
  const WallTime now = seconds(1);
  for (const auto* query :
       {"", "auth_key", "auth_key=", "auth_key=1-2-3", "auth_key=9999999999-0-0-0-0", "auth_key=----",
        "auth_key=-1-0-0-5552ff52b5e4e20387c6dc18afce206b", "auth_key=%zz", "txTime=5eed5888"})
    EXPECT_EQ(verdict(kAliyun, kAliyunTarget, query, now), "play.token_invalid") << query;
  for (const auto* query :
       {"txSecret=5cdc845362c332a4ec3e09ac5d5571d6", "txTime=5eed5888", "txSecret=&txTime="})
    EXPECT_EQ(verdict(kTencent, kHuaweiTarget, query, now), "play.token_invalid") << query;
}

TEST(SignedUrl, WithoutAKeyNothingIsTaken) {
  SignedUrlRule off = kHuaweiD;
  off.key.clear();
  EXPECT_EQ(verdict(off, kHuaweiTarget, sign_query(off, kHuaweiTarget, seconds(kHexTime)), seconds(1)),
            "play.token_invalid");
  EXPECT_EQ(sign_query({}, kHuaweiTarget, seconds(kHexTime)), "");
  EXPECT_FALSE(has_signature({}, kHuaweiDQuery));
}

TEST(SignedUrl, WhatIsSignedIsTaken) {
  rc::check([] {
    const Vector& one = vectors()[*rc::gen::inRange<size_t>(0, 4)];
    const WallTime ends = seconds(*rc::gen::inRange<int64_t>(2, 9'999'999'999));
    const auto letters = std::string("abcXYZ019");
    const auto nonce = *rc::gen::container<std::string>(rc::gen::elementOf(letters));
    if (nonce.size() > 64) return;
    const auto query = sign_query(one.rule, one.target, ends, nonce);
    RC_ASSERT(has_signature(one.rule, query));
    RC_ASSERT(verify_query(one.rule, one.target, query, {ends.ms - 1'000}).ok());
    RC_ASSERT(verify_query(one.rule, one.target, query, ends).error().reason == "play.token_expired");
  });
}

TEST(SignedUrl, FormatsHaveTheirNames) {
  EXPECT_EQ(signed_url_format("huawei_d"), SignedUrlFormat::huawei_d);
  EXPECT_EQ(signed_url_format("none"), SignedUrlFormat::none);
  EXPECT_EQ(signed_url_format("md5"), std::nullopt);
}

}  // namespace
}  // namespace vitrine
