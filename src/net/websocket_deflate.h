// permessage-deflate (RFC 7692) in the one form spoken here: no context kept on either side and a window
// of 15 bits. So a deflated frame is the same for every client, made once and sent to many, and nothing is
// kept for a connection between its messages.
//
// Owns    MessageDeflater: zlib's 260 KiB of state.
// Thread  one; the functions are pure.
// Never   inflates beyond the limit it is given.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/byte_reader.h"

namespace vitrine {

// The Sec-WebSocket-Extensions of the answer to a client's `offers` (RFC 7692, 5 and 7.1): the first offer
// that asks for nothing else than we do. Empty when there is none, which leaves the connection plain.
std::string accept_deflate(std::string_view offers);

// A message's payload as it travels under RSV1. Errors: `invalid_input` "websocket.deflate" when it is not
// a deflate stream of its own, `too_large` "websocket.too_large" when more than `message_max` bytes come out.
Result<std::string> inflate_message(std::string_view deflated, size_t message_max);

class MessageDeflater {
 public:
  MessageDeflater();
  ~MessageDeflater();
  MessageDeflater(MessageDeflater&&) noexcept;
  MessageDeflater& operator=(MessageDeflater&&) noexcept;

  // The payload to send under RSV1 (RFC 7692, 7.2.1); nothing when it would not be smaller.
  std::optional<std::vector<uint8_t>> deflate(Bytes payload);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vitrine
