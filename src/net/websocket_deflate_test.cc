// Which offers of permessage-deflate are taken (RFC 7692, 5.1 and 7.1), and that deflating pays or is left.
#include "net/websocket_deflate.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vitrine {
namespace {

constexpr std::string_view kTaken =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

TEST(DeflateOffer, TheOneFormWeSpeakOrNone) {
  struct Row {
    std::string_view offers;
    std::string answer;
  };
  const std::string taken(kTaken);
  const Row rows[] = {
      {"permessage-deflate; client_max_window_bits", taken},  // what browsers send
      {"permessage-deflate", taken},
      {"Permessage-Deflate", taken},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", taken},
      {"permessage-deflate;client_max_window_bits=10", taken},
      {"permessage-deflate; client_max_window_bits=\"9\"", taken},
      {"permessage-deflate; server_max_window_bits=15", taken + "; server_max_window_bits=15"},
      // A smaller window than the one that all share: the next offer, or none.
      {"permessage-deflate; server_max_window_bits=10", ""},
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate", taken},
      {"x-webkit-deflate-frame, permessage-deflate", taken},
      {"permessage-bzip2", ""},
      {"", ""},
      {",,", ""},
      // Malformed (7.1): unknown, repeated, or with a value out of place.
      {"permessage-deflate; unknown", ""},
      {"permessage-deflate; client_max_window_bits=7", ""},
      {"permessage-deflate; client_max_window_bits=16", ""},
      {"permessage-deflate; client_max_window_bits=010", ""},
      {"permessage-deflate; client_max_window_bits=1x", ""},
      {"permessage-deflate; server_max_window_bits", ""},
      {"permessage-deflate; server_no_context_takeover=1", ""},
      {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(accept_deflate(row.offers), row.answer) << row.offers;
}

TEST(MessageDeflater, AnyMessageComesBackAsItWas) {
  const bool held = rc::check("inflate(deflate(x)) == x", [](const std::string& head, uint8_t times) {
    MessageDeflater deflater;
    std::string message;
    for (int count = 0; count <= times; ++count) message += head + "{\"kind\":\"chat\"}";
    for (int again = 0; again < 2; ++again) {  // nothing of the last message is remembered
      const auto deflated = deflater.deflate(as_bytes(message));
      if (!deflated) continue;
      RC_ASSERT(deflated->size() < message.size());
      RC_ASSERT(*inflate_message(as_text(*deflated), message.size()) == message);
      RC_ASSERT(inflate_message(as_text(*deflated), message.size() - 1).error().reason ==
                "websocket.too_large");
    }
  });
  EXPECT_TRUE(held);
}

TEST(MessageDeflater, WhatWouldNotGetSmallerIsLeft) {
  MessageDeflater deflater;
  EXPECT_FALSE(deflater.deflate(as_bytes("")));
  EXPECT_FALSE(deflater.deflate(as_bytes("[]")));
  EXPECT_FALSE(deflater.deflate(as_bytes("q8Zx1")));
  EXPECT_TRUE(deflater.deflate(as_bytes(std::string(64, 'x'))));
}

}  // namespace
}  // namespace vitrine
