// What an RTMP peer says of where it wants to go, in the forms encoders and players put it: `connect`'s app
// and tcUrl, the name in `publish` or `play`; and the codecs of Enhanced RTMP either side can take.
//
// Owns    nothing.
// Thread  any.
// Never   decides whether a name is allowed or a key right.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "media/protocol/amf0.h"

namespace vitrine {

inline constexpr std::string_view kRtmpApp = "live";

// What `connect` names beside the app.
struct RtmpApp {
  std::string stream;  // "live/STREAM": what encoders make of rtmp://HOST/live/STREAM/; usually empty
  std::string query;   // of app and tcUrl, joined with '&'
};
// "live", "live/", "live/_definst_" (a server's default instance), "live/STREAM", each with or without a
// query; when `app` is empty, the path of `tc_url` stands in for it.
// Errors: `invalid_input` "rtmp.app" for another app or a longer path.
Result<RtmpApp> read_rtmp_app(std::string_view app, std::string_view tc_url);

struct RtmpStreamAsked {
  std::string name;   // not yet checked against any rule
  std::string query;  // of the name, then of the app: "key=...&takeover=1"
};
// `name` is "STREAM?key=KEY" with any slashes around it. Where the app names the stream, the name may be
// empty, the same again, only a query, or the bare key, as encoders without a place for a query send it.
RtmpStreamAsked read_rtmp_stream(const RtmpApp& app, std::string_view name);

// Adds to `connect`'s answer the codecs we take, when the peer's `connect` object speaks Enhanced RTMP
// (fourCcList or an info map); nothing else.
void answer_enhanced(const Amf0Object& asked, Amf0Object& answer);

}  // namespace vitrine
