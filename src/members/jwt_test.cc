#include "members/jwt.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

constexpr WallTime kNow{1'790'000'000'000};
const std::string kSecret = "a secret of thirty-two bytes, ok";

using PrivateKey = std::shared_ptr<EVP_PKEY>;

std::string public_pem(const PrivateKey& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string sign(const PrivateKey& key, const EVP_MD* digest, const std::string& text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, digest, nullptr, key.get());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string out(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  out.resize(size);
  return out;
}

std::string unsigned_part(const std::string& header, const std::string& claims) {
  return to_base64url(header) + "." + to_base64url(claims);
}
std::string hs256(const std::string& header, const std::string& claims, const std::string& secret = kSecret) {
  const std::string text = unsigned_part(header, claims);
  return text + "." + to_base64url(hmac_sha256(secret, text));
}

// Claims that pass, with one part replaced.
std::string claims(const std::string& aud = R"("vitrine")", int64_t exp_in_s = 60,
                   const std::string& more = R"("sub":"buyer-7")") {
  return R"({"iss":"mall","aud":)" + aud + R"(,"exp":)" + std::to_string(kNow.ms / 1000 + exp_in_s) + "," +
         more + "}";
}

class JwtTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    rsa_ = PrivateKey(EVP_RSA_gen(2048), EVP_PKEY_free);
    ed_ = PrivateKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  }
  static JwtVerifier verifier() {
    return JwtVerifier::make({{"s", JwtAlgorithm::hs256, kSecret},
                              {"r", JwtAlgorithm::rs256, public_pem(rsa_)},
                              {"e", JwtAlgorithm::eddsa, public_pem(ed_)}},
                             "mall", "vitrine")
        .value();
  }
  static std::string_view fault(const std::string& token) {
    const auto answer = verifier().verify(token, kNow);
    return answer ? "none" : answer.error().reason;
  }

  static inline PrivateKey rsa_;
  static inline PrivateKey ed_;
};

TEST_F(JwtTest, EachAlgorithmIsTakenWithItsOwnKey) {
  const std::string hs = hs256(R"({"alg":"HS256","kid":"s"})", claims());
  const std::string rs_text = unsigned_part(R"({"alg":"RS256"})", claims());
  const std::string ed_text = unsigned_part(R"({"alg":"EdDSA","typ":"JWT"})", claims());
  EXPECT_EQ(verifier().verify(hs, kNow).value().subject, "buyer-7");
  EXPECT_EQ(fault(rs_text + "." + to_base64url(sign(rsa_, EVP_sha256(), rs_text))), "none");
  EXPECT_EQ(fault(ed_text + "." + to_base64url(sign(ed_, nullptr, ed_text))), "none");
}

TEST_F(JwtTest, NoneIsNoAlgorithm) {
  for (const char* alg : {"none", "None", "NONE", "", "HS512", "hs256"}) {
    const std::string header = std::string(R"({"alg":")") + alg + R"("})";
    EXPECT_EQ(fault(unsigned_part(header, claims()) + "."), "members.token") << alg;
    EXPECT_EQ(fault(hs256(header, claims())), "members.token") << alg;
  }
}

// The classic confusion: HMAC keyed with the public RSA key, which everybody has.
TEST_F(JwtTest, ThePublicRsaKeyIsNoSecret) {
  EXPECT_EQ(fault(hs256(R"({"alg":"HS256","kid":"r"})", claims(), public_pem(rsa_))), "members.token");
  EXPECT_EQ(fault(hs256(R"({"alg":"HS256"})", claims(), public_pem(rsa_))), "members.token");
  EXPECT_EQ(fault(hs256(R"({"alg":"RS256","kid":"r"})", claims(), public_pem(rsa_))), "members.token");
}

TEST_F(JwtTest, ATokenBringsNoKeyOfItsOwn) {
  for (const char* more : {R"("jku":"https://evil.example/keys")", R"("jwk":{"kty":"oct","k":"AA"})",
                           R"("x5u":"https://evil.example/x")", R"("x5c":[])", R"("crit":["b64"])"}) {
    EXPECT_EQ(fault(hs256(std::string(R"({"alg":"HS256","kid":"s",)") + more + "}", claims())),
              "members.token")
        << more;
  }
}

TEST_F(JwtTest, AudienceIssuerAndSubjectMustFit) {
  const std::string header = R"({"alg":"HS256"})";
  EXPECT_EQ(fault(hs256(header, claims(R"("other")"))), "members.token");
  EXPECT_EQ(fault(hs256(header, claims(R"(["other"])"))), "members.token");
  EXPECT_EQ(fault(hs256(header, claims(R"(["other","vitrine"])"))), "none");
  EXPECT_EQ(fault(hs256(header, claims("null"))), "members.token");
  EXPECT_EQ(fault(hs256(header, claims(R"("vitrine")", 60, R"("sub":"")"))), "members.token");
  EXPECT_EQ(fault(hs256(header, claims(R"("vitrine")", 60, R"("sub":"a","iss":"b")"))), "members.token");
}

TEST_F(JwtTest, TimesAreKeptWithinAMinute) {
  const std::string header = R"({"alg":"HS256"})";
  EXPECT_EQ(fault(hs256(header, claims(R"("vitrine")", -59))), "none");
  EXPECT_EQ(fault(hs256(header, claims(R"("vitrine")", -60))), "members.token_expired");
  const auto from = [](int64_t in_s) {
    return claims(R"("vitrine")", 600, R"("sub":"a","nbf":)" + std::to_string(kNow.ms / 1000 + in_s));
  };
  EXPECT_EQ(fault(hs256(header, from(60))), "none");
  EXPECT_EQ(fault(hs256(header, from(61))), "members.token_early");
  EXPECT_EQ(fault(hs256(header, R"({"aud":"vitrine","iss":"mall","sub":"a"})")), "members.token");
  EXPECT_EQ(fault(hs256(header, R"({"aud":"vitrine","iss":"mall","sub":"a","exp":"9999999999"})")),
            "members.token");
  EXPECT_EQ(fault(hs256(header, R"({"aud":"vitrine","iss":"mall","sub":"a","exp":1e300})")), "members.token");
}

TEST_F(JwtTest, EveryTruncationAndEveryChangedLetterIsRefused) {
  const std::string token = hs256(R"({"alg":"HS256","kid":"s"})", claims());
  for (size_t index = 0; index < token.size(); ++index) {
    EXPECT_NE(fault(token.substr(0, index)), "none") << index;
    std::string changed = token;
    changed[index] = changed[index] == 'A' ? 'B' : 'A';
    // The last letter of a part carries bits that belong to no byte.
    if (from_base64url(changed.substr(token.rfind('.') + 1)) !=
            from_base64url(token.substr(token.rfind('.') + 1)) ||
        index < token.rfind('.')) {
      EXPECT_NE(fault(changed), "none") << index;
    }
  }
  EXPECT_EQ(fault(token + ".x"), "members.token");
}

TEST_F(JwtTest, WeakOrWrongKeysAreRefusedAtStart) {
  const auto with = [](JwtAlgorithm algorithm, std::string material) {
    return JwtVerifier::make({{"k", algorithm, std::move(material)}}, "", "vitrine").ok();
  };
  EXPECT_FALSE(with(JwtAlgorithm::hs256, "short"));
  EXPECT_FALSE(with(JwtAlgorithm::rs256, "no pem"));
  EXPECT_FALSE(with(JwtAlgorithm::rs256, public_pem(ed_)));
  EXPECT_FALSE(with(JwtAlgorithm::eddsa, public_pem(rsa_)));
  EXPECT_FALSE(with(JwtAlgorithm::rs256, public_pem(PrivateKey(EVP_RSA_gen(1024), EVP_PKEY_free))));
  EXPECT_FALSE(JwtVerifier::make({{"k", JwtAlgorithm::hs256, kSecret}}, "", "").ok()) << "no audience";
}

// Two keys of one algorithm during a change-over: the token must say which.
TEST_F(JwtTest, KeysAreToldApartById) {
  const auto both = JwtVerifier::make({{"old", JwtAlgorithm::hs256, kSecret},
                                       {"new", JwtAlgorithm::hs256, "another secret of thirty-two b.!"}},
                                      "", "vitrine");
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->verify(hs256(R"({"alg":"HS256","kid":"old"})", claims()), kNow));
  EXPECT_FALSE(both->verify(hs256(R"({"alg":"HS256","kid":"new"})", claims()), kNow));
  EXPECT_FALSE(both->verify(hs256(R"({"alg":"HS256"})", claims()), kNow));
}

}  // namespace
}  // namespace vitrine
