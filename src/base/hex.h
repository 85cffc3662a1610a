// Bytes as text: hexadecimal and base64url.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vitrine {

std::string to_hex(std::string_view bytes);
// Empty when a character is not hexadecimal or the length is odd. Spaces are not skipped.
std::optional<std::string> from_hex(std::string_view text);

// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
// Empty when a character is foreign, the length impossible, or the last bits are not zero: each text has
// one form only, so a signed one cannot be respelled.
std::optional<std::string> from_base64url(std::string_view text);

// RFC 4648 section 4, with padding (the WebSocket handshake).
std::string to_base64(std::string_view bytes);

}  // namespace vitrine
