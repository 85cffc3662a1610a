// Cuts a stream of FLV bytes into the messages RTMP would carry: audio and video tags as they are, and
// onMetaData.
//
// Owns    the bytes of the tag that is not whole yet.
// Thread  one.
// Never   reserves by a declared size: its buffer grows with what has come.
#pragma once

#include <optional>
#include <vector>

#include "media/protocol/rtmp_session.h"

namespace vitrine {

class FlvTagReader {
 public:
  static constexpr uint32_t kHeaderMax = 1'024;  // bytes; the specification's has 9

  // Where the next bytes are appended.
  std::vector<uint8_t>& buffer() { return buffer_; }
  // The next message: RtmpMedia or RtmpMetadata; empty while the buffer has no whole tag. Other tags are
  // passed over. Errors: `invalid_input` "flv.signature".
  Result<std::optional<RtmpEvent>> next();

 private:
  Result<bool> take_header();
  Bytes rest() const { return Bytes(buffer_).subspan(taken_); }
  void take(size_t bytes);

  std::vector<uint8_t> buffer_;
  size_t taken_ = 0;  // bytes at the front that are used
  bool begun_ = false;
};

}  // namespace vitrine
