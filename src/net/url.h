// Percent-coding and the paths and queries of request targets (RFC 3986).
//
// Thread  any; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vitrine {

// Decodes %XX once. Empty when a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
// As above, and '+' is a space (application/x-www-form-urlencoded, queries).
std::optional<std::string> form_decode(std::string_view text);
// The first value of that name in a query ("a=1&b=2"), decoded; empty optional when absent or badly coded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
// Everything but unreserved characters (RFC 3986, 2.3) as %XX.
std::string percent_encode(std::string_view text);

// The path of a request target, decoded once. Errors: `invalid_input` "request.path" unless it begins
// with '/', is UTF-8, and has neither dot segments, nor an encoded '/', nor a backslash or control
// character, however written: what a check saw is what a file lookup gets.
Result<std::string> decode_path(std::string_view raw);

// The segments between slashes: "/v1/rooms" -> {"v1", "rooms"}; "/" -> {""}.
std::vector<std::string_view> path_segments(std::string_view path);

}  // namespace vitrine
