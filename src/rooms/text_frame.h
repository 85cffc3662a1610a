// A WebSocket text frame (RFC 6455, 5.2) from the server, whole and unmasked, ready to be sent to many.
//
// Thread  any; pure.
#pragma once

#include <memory>
#include <string_view>

#include "net/websocket_deflate.h"
#include "wire/slab.h"

namespace vitrine {

std::vector<uint8_t> text_frame(std::string_view text);
std::shared_ptr<Slab> text_frame_slab(std::string_view text);
// The same text for clients with permessage-deflate; `plain`'s own bytes when deflating would not pay.
std::shared_ptr<Slab> deflated_frame_slab(const Slab& plain, std::string_view text,
                                          MessageDeflater& deflater);

}  // namespace vitrine
