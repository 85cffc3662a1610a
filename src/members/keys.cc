#include "members/keys.h"

#include "base/digest.h"
#include "store/secret_file.h"

namespace vitrine {

MemberKeys derive_member_keys(std::string_view cookie_master, std::string_view field_master) {
  return {.cookie = hmac_sha256(cookie_master, "vitrine cookie 1"),
          .csrf = hmac_sha256(cookie_master, "vitrine csrf 1"),
          .field = hmac_sha256(field_master, "vitrine field 1"),
          .index = hmac_sha256(field_master, "vitrine index 1"),
          .code = hmac_sha256(field_master, "vitrine code 1"),
          .one_time = hmac_sha256(field_master, "vitrine one-time password 1"),
          .audit = hmac_sha256(field_master, "vitrine audit 1")};
}

Result<MemberKeys> load_member_keys(const std::string& data_directory, Random& random) {
  const auto cookie = load_secret(data_directory + "/secrets/cookie.key", random);
  if (!cookie) return cookie.error();
  const auto field = load_secret(data_directory + "/secrets/field.key", random);
  if (!field) return field.error();
  return derive_member_keys(*cookie, *field);
}

}  // namespace vitrine
