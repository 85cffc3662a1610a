// Key sets and signatures by the RFCs' own examples, and a merchant's list fetched over HTTP by its rules.
#include "members/jwks.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "base/digest.h"
#include "base/hex.h"
#include "contract/proofs.h"
#include "members/test_shop.h"
#include "members/watch_tokens.h"
#include "testing/test_server.h"

namespace vitrine {
namespace {

// RFC 7515, A.1: HS256.
constexpr std::string_view kHsToken =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kHsKey =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

// RFC 7515, A.2: RS256, its key as a list.
constexpr std::string_view kRsToken =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
    "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
    "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
    "wlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr std::string_view kRsList =
    R"({"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]})";
constexpr std::string_view kExample =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

// RFC 8037, A.2 and A.4: Ed25519.
constexpr std::string_view kEdToken =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
constexpr std::string_view kEdList =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

JwtVerifier verifier(std::vector<JwtKey> keys) {
  return JwtVerifier::make(std::move(keys), {}, "vitrine").value();
}

TEST(JwtVectors, TheRfcsOwnExamplesAreGenuine) {
  const std::string secret = from_base64url(kHsKey).value();
  EXPECT_EQ(verifier({{"", JwtAlgorithm::hs256, secret}}).signed_payload(kHsToken).value(), kExample);
  EXPECT_EQ(verifier(read_jwks(kRsList).value()).signed_payload(kRsToken).value(), kExample);
  EXPECT_EQ(verifier(read_jwks(kEdList).value()).signed_payload(kEdToken).value(),
            "Example of Ed25519 signing");
}

TEST(JwtVectors, OneOtherLetterAnywhereIsNot) {
  const auto ed = verifier(read_jwks(kEdList).value());
  for (size_t at = 0; at + 1 < kEdToken.size(); ++at) {
    std::string changed(kEdToken);
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ed.signed_payload(changed)) << at;
  }
  EXPECT_FALSE(verifier(read_jwks(kRsList).value()).signed_payload(kEdToken)) << "a key of another kind";
  EXPECT_FALSE(ed.signed_payload("eyJhbGciOiJub25lIn0.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."));
}

TEST(Jwks, OnlyPublicKeysForSigningAreTaken) {
  EXPECT_EQ(read_jwks(kRsList)->front().algorithm, JwtAlgorithm::rs256);
  for (
      const char* list :
      {"", "[]", "{}", R"({"keys":[]})", R"({"keys":{}})",
       R"({"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}]})",
       R"({"keys":[{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
       R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qY"}]})",
       R"({"keys":[{"kty":"OKP","use":"enc","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
       R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})", R"({"keys":[{"kty":"RSA"}]})"})
    EXPECT_EQ(read_jwks(list).ok() ? "taken" : read_jwks(list).error().reason, "members.jwks") << list;
}

// What a merchant's site publishes.
struct JwkView {
  std::string kty = "OKP", crv = "Ed25519", kid, x;
  static constexpr std::string_view schema_name = "Jwk";
  static constexpr auto fields() {
    return std::tuple{field("kty", &JwkView::kty), field("crv", &JwkView::crv), field("kid", &JwkView::kid),
                      field("x", &JwkView::x)};
  }
};
struct JwkListView {
  std::vector<JwkView> keys;
  static constexpr std::string_view schema_name = "Jwks";
  static constexpr auto fields() { return std::tuple{field("keys", &JwkListView::keys)}; }
};

// A key pair of the merchant.
struct Signer {
  std::shared_ptr<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
  std::string x() const {
    std::string out(32, '\0');
    size_t size = out.size();
    EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size);
    return to_base64url(out);
  }
  std::string token(const std::string& kid, WallTime now) const {
    const std::string text = to_base64url(R"({"alg":"EdDSA","kid":")" + kid + R"("})") + "." +
                             to_base64url(R"({"aud":"vitrine","sub":"c7","room":"demo","exp":)" +
                                          std::to_string(now.ms / 1000 + 600) + "}");
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key.get());
    std::string signature(64, '\0');
    size_t size = signature.size();
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    return text + "." + to_base64url(signature);
  }
};

class JwksUrlTest : public testing::Test {
 protected:
  explicit JwksUrlTest(const char* reachable = "127.0.0.1")
      : shop({{"net.private_destinations", reachable}}) {
    auto publish = [this](Call) -> Task<Reply<JwkListView>> {
      ++asked;
      co_return JwkListView{list.with([](const auto& keys) { return keys; })};
    };
    site.router().add<NoBody, JwkListView>(
        {.method = HttpMethod::get, .path = "/keys", .operation = "keys", .tag = "t", .summary = "s"},
        publish);
    site.start();
    list.with([this](auto& keys) { keys = {{.kid = "1", .x = first.x()}}; });
  }
  TokenTerms terms() {
    return {.kind = TokenKeyKind::jwks, .key = "http://127.0.0.1:" + std::to_string(site.port()) + "/keys"};
  }
  std::string_view verdict(const std::string& token) {
    const auto claims = wait_on(shop.cores.at(0), shop.members->watch_claims(terms(), token));
    return claims ? "taken" : claims.error().reason;
  }
  std::string token(const Signer& signer, const std::string& kid) {
    return signer.token(kid, shop.clock.wall());
  }

  Signer first, second;
  std::atomic<int> asked{0};
  Guarded<std::vector<JwkView>> list;
  TestShop shop;
  TestServer site;
};

TEST_F(JwksUrlTest, TheListIsFetchedOnceAndAgainForAKeyThatIsNew) {
  EXPECT_EQ(verdict(token(first, "1")), "taken");
  EXPECT_EQ(verdict(token(first, "1")), "taken");
  EXPECT_EQ(asked, 1);
  list.with([this](auto& keys) { keys.push_back({.kid = "2", .x = second.x()}); });
  EXPECT_EQ(verdict(token(second, "2")), "members.token") << "just asked";
  EXPECT_EQ(asked, 1);
  shop.clock.advance(WatchTokens::kAgain);
  EXPECT_EQ(verdict(token(second, "2")), "taken");
  EXPECT_EQ(asked, 2);
  for (int n = 0; n < 20; ++n) EXPECT_EQ(verdict(token(second, "3")), "members.token");
  EXPECT_EQ(asked, 2) << "unknown keys cause no flood";
}

TEST_F(JwksUrlTest, ASiteThatIsDownKeepsNobodyOut) {
  EXPECT_EQ(verdict(token(first, "1")), "taken");
  list.with([](auto& keys) { keys.clear(); });  // no list any more
  shop.clock.advance(Milliseconds(3'600'000));
  EXPECT_EQ(verdict(token(first, "1")), "taken");
  EXPECT_EQ(asked, 2);
}

TEST_F(JwksUrlTest, StaffAreToldAtOnceWhetherTheListCanBeHad) {
  EXPECT_TRUE(wait_on(shop.cores.at(0), shop.members->check_terms(terms())));
  for (const char* url :
       {"http://127.0.0.1:1/keys", "ftp://127.0.0.1/keys", "http://keys.example/keys", "", "x"}) {
    const TokenTerms wrong{.kind = TokenKeyKind::jwks, .key = url};
    EXPECT_EQ(wait_on(shop.cores.at(0), shop.members->check_terms(wrong)).error().reason, "members.jwks_url")
        << url;
  }
}

// An address of one's own network that the installation does not name is not asked.
class UnreachableTest : public JwksUrlTest {
 protected:
  UnreachableTest() : JwksUrlTest("192.0.2.1") {}
};
TEST_F(UnreachableTest, TheAddressPolicyHolds) {
  EXPECT_FALSE(wait_on(shop.cores.at(0), shop.members->check_terms(terms())));
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace vitrine
