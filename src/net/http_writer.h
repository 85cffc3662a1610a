// Writes the head of an HTTP/1.1 answer, with the headers every answer carries.
//
// Thread  any; pure.
#pragma once

#include <string>

#include "base/clock.h"
#include "net/http.h"

namespace vitrine {

// How the body's end is told from what follows.
enum class BodyFraming : uint8_t {
  length,     // Content-Length; the connection may go on
  until_end,  // the connection closes after it
};

struct HeadContext {
  BodyFraming framing = BodyFraming::length;
  bool keep_alive = true;
  bool strict_transport = false;  // adds Strict-Transport-Security: this host speaks TLS only
  WallTime now{};
};

// Content-Security-Policy of our pages; a handler that needs another one sets its own.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'self'";

// Status line, the answer's own headers, then those it did not set itself: Date, Cache-Control
// (no-store), nosniff, Referrer-Policy, Content-Security-Policy, Content-Length, Connection. A header
// with a control character in it is left out: input may reach a header, never a second one.
std::string render_head(const HttpResponse& response, const HeadContext& context);

// Whether a status may have a body at all (RFC 9110, 6.4.1).
bool status_has_body(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(WallTime time);

}  // namespace vitrine
