// UTF-8 (RFC 3629): validation and counting.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vitrine {

// The number of code points; empty when the bytes are not valid UTF-8 (overlong forms, surrogates
// and values past U+10FFFF are not).
std::optional<size_t> count_utf8(std::string_view text);

}  // namespace vitrine
