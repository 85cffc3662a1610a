// What a viewer may be called in a room.
//
// Thread  any; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vitrine {

inline constexpr size_t kDisplayNameMax = 24;  // code points
inline constexpr size_t kStaffNameMax = 40;

// The name with spaces around it cut off. Errors: `invalid_input` "members.name_length" (0 or more than
// `most` code points), "members.name_characters" (not UTF-8; control, zero-width or direction marks,
// with which one name can be made to look like another).
Result<std::string> clean_name(std::string_view typed, size_t most);

// The name of a guest who has not chosen one, in the language of an Accept-Language header.
std::string default_guest_name(int64_t id, std::string_view accept_language);

}  // namespace vitrine
