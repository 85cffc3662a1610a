// The conversation of a pull with the server it pulls from, whatever the protocol: the server's bytes in,
// the stream's messages and the bytes to send out.
//
// Owns    nothing.
// Thread  one.
// Never   touches a socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"
#include "media/protocol/rtmp_session.h"
#include "media/pull/pull_url.h"

namespace vitrine {

// HTTP only: the stream is elsewhere.
struct PullRedirect {
  std::string location;
};
using PullEvent = std::variant<RtmpMedia, RtmpMetadata, RtmpPlayEnded, PullRedirect>;

class PullTalk {
 public:
  virtual ~PullTalk() = default;
  // Takes bytes off the front of `in` until something has happened; empty once `in` is. After an Error the
  // connection is to be closed.
  virtual Result<std::optional<PullEvent>> next(Bytes& in) = 0;
  // What is to be sent; asked at the beginning and after each next().
  virtual std::vector<uint8_t> take_output() = 0;
};

// The one that speaks `url`'s protocol.
std::unique_ptr<PullTalk> make_pull_talk(const PullUrl& url, Random& random);

}  // namespace vitrine
