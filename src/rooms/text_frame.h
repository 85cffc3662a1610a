// A WebSocket text frame (RFC 6455, 5.2) from the server, whole and unmasked, ready to be sent to many.
//
// Thread  any; pure.
#pragma once

#include <memory>
#include <string_view>

#include "wire/slab.h"

namespace vitrine {

std::vector<uint8_t> text_frame(std::string_view text);
std::shared_ptr<Slab> text_frame_slab(std::string_view text);

}  // namespace vitrine
