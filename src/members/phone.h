// Phone numbers: one stored form, one shown form.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vitrine {

// "+8613800001234" (E.164) from what people type: spaces, dashes and brackets are skipped, "00" is
// "+", and a number without either gets `country_code` ("86") after a leading 0 is dropped.
// Errors: `invalid_input` "members.phone".
Result<std::string> normalize_phone(std::string_view typed, std::string_view country_code);

// "138****1234" for mainland mobiles, "+44****678" for the rest.
std::string mask_phone(std::string_view normalized);

}  // namespace vitrine
