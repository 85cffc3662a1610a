// The client's side of RTMP, as little as a publisher or a player needs to begin: the handshake and the
// commands in one go, because every server takes them so.
//
// Owns    nothing.
// Thread  any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/protocol/amf0.h"
#include "media/protocol/rtmp_chunk.h"

namespace bench {

constexpr size_t kRtmpGreeting = 1 + 1'536 + 1'536;  // S0, S1 and S2
constexpr uint32_t kRtmpChunk = 60'000;              // what we send with
constexpr uint32_t kNetStream = 1;                   // the first one, with every server here

struct RtmpTarget {
  std::string host;
  uint16_t port = 1935;
  std::string app;
  std::string name;  // with its query

  // "rtmp://127.0.0.1:1935/live/bench?key=..."
  explicit RtmpTarget(const std::string& url) {
    const size_t from = url.find("//") + 2;
    const size_t slash = url.find('/', from);
    const size_t next = url.find('/', slash + 1);
    const std::string authority = url.substr(from, slash - from);
    const size_t colon = authority.rfind(':');
    host = authority.substr(0, colon);
    if (colon != std::string::npos) port = static_cast<uint16_t>(std::stoi(authority.substr(colon + 1)));
    app = url.substr(slash + 1, next - slash - 1);
    name = url.substr(next + 1);
  }
};

// C0 and C1 of the simple handshake.
inline std::vector<uint8_t> rtmp_hello() {
  std::vector<uint8_t> out(1 + 1'536, 0);
  out[0] = 3;
  return out;
}

inline void command(vitrine::ByteWriter& out, uint32_t stream,
                    const std::vector<vitrine::Amf0Value>& values) {
  vitrine::write_rtmp_message(
      out, 3, {vitrine::RtmpType::command_amf0, stream, 0, vitrine::write_amf0(values)}, kRtmpChunk);
}

// C2 and all commands up to publish or play.
inline std::vector<uint8_t> rtmp_begin(const RtmpTarget& target, bool publish) {
  vitrine::ByteWriter out;
  out.bytes(std::vector<uint8_t>(1'536, 0));
  vitrine::ByteWriter size;
  size.u32(kRtmpChunk);
  vitrine::write_rtmp_message(out, 2, {vitrine::RtmpType::set_chunk_size, 0, 0, size.take()}, 128);
  vitrine::Amf0Object about;
  about.properties.push_back({"app", target.app});
  about.properties.push_back({"flashVer", "FMLE/3.0 (bench)"});
  about.properties.push_back(
      {"tcUrl", "rtmp://" + target.host + ":" + std::to_string(target.port) + "/" + target.app});
  command(out, 0, {"connect", 1, about});
  command(out, 0, {"createStream", 2, vitrine::Amf0Value()});
  if (publish)
    command(out, kNetStream, {"publish", 3, vitrine::Amf0Value(), target.name, "live"});
  else
    command(out, kNetStream, {"play", 3, vitrine::Amf0Value(), target.name, -2});
  return out.take();
}

}  // namespace bench
