// Signed URLs: the first byte chooses the format, the rest is a query. What is taken was signed with the
// key, so signing it again gives the same signature; and what we sign is taken.
#include <cstdlib>

#include "media/access/signed_url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const vitrine::SignedUrlRule rule{static_cast<vitrine::SignedUrlFormat>(data[0] % 5),
                                    "GCTbw44s6MPLh4GqgDpnfuFHgy25Enly", "older",
                                    vitrine::Milliseconds(data[0] & 0x80 ? 1'800'000 : 0)};
  const vitrine::SignedUrlTarget target{"/livetest/huawei1.flv", "huawei1"};
  const std::string query(reinterpret_cast<const char*>(data) + 1, size - 1);
  const vitrine::WallTime now{1'000};
  const auto taken = vitrine::verify_query(rule, target, query, now);
  if (taken && !vitrine::has_signature(rule, query)) std::abort();
  if (taken && rule.format == vitrine::SignedUrlFormat::none) std::abort();
  // A signature of one path must open no other.
  if (taken && vitrine::verify_query(rule, {"/livetest/other.flv", "other"}, query, now)) std::abort();

  const auto ours = vitrine::sign_query(rule, target, {1'790'000'000'000}, "0f3k9t2m");
  if (rule.format != vitrine::SignedUrlFormat::none && !vitrine::verify_query(rule, target, ours, now))
    std::abort();
  return 0;
}
