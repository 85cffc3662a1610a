// What a viewer receives as FLV tags, whatever it came in: HTTP-FLV, WebSocket-FLV or RTMP. Bytes in,
// tags out; only the beginning of a tag is kept.
//
// Owns    the head of the tag under way.
// Thread  one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "clip.h"
#include "rtmp_client.h"

namespace bench {

struct Tag {
  uint8_t type = 0;
  uint32_t ms = 0;
  std::string_view start;  // of the body; as far as a stamp reaches
  bool is_frame() const { return type != kScriptTag && start.size() > 1 && start[1] == 1; }
  bool is_key() const { return type == kVideoTag && is_frame() && start[0] >> 4 == 1; }
};

using OnTag = std::function<void(const Tag&)>;

// A plain FLV file.
class FlvReader {
 public:
  void read(std::string_view in, const OnTag& on_tag) {
    while (!in.empty()) {
      if (kept_.size() < wanted()) {
        take(in, wanted() - kept_.size());
      } else if (left_ > 0) {
        const size_t skipped = std::min(left_, in.size());
        in.remove_prefix(skipped);
        left_ -= skipped;
      }
      if (kept_.size() == kFileHead && !begun_) begin();
      if (!begun_ || kept_.size() < kTagHead) continue;
      if (!head_read_) read_head();
      if (kept_.size() == wanted() && left_ == 0) finish(on_tag);
    }
  }

 private:
  size_t wanted() const {
    if (!begun_) return kFileHead;
    return head_read_ ? kTagHead + start_size_ : kTagHead;
  }
  void take(std::string_view& in, size_t most) {
    const size_t part = std::min(most, in.size());
    kept_.append(in.substr(0, part));
    in.remove_prefix(part);
  }
  void begin() {
    begun_ = true;
    kept_.clear();
  }
  uint32_t byte(size_t at) const { return static_cast<uint8_t>(kept_[at]); }
  void read_head() {
    head_read_ = true;
    const size_t size = byte(1) << 16 | byte(2) << 8 | byte(3);
    start_size_ = std::min(size, kVideoHead + kStampBytes);
    left_ = size - start_size_ + 4;
  }
  void finish(const OnTag& on_tag) {
    const uint32_t ms = byte(7) << 24 | byte(4) << 16 | byte(5) << 8 | byte(6);
    on_tag({static_cast<uint8_t>(byte(0)), ms, std::string_view(kept_).substr(kTagHead)});
    kept_.clear();
    head_read_ = false;
  }

  std::string kept_;
  size_t start_size_ = 0;
  size_t left_ = 0;  // of the tag, behind what is kept
  bool begun_ = false;
  bool head_read_ = false;
};

// The payload of a server's binary frames (RFC 6455, 5.2); what is no binary frame is skipped.
class WebSocketUnwrap {
 public:
  template <class OnBytes>
  void read(std::string_view in, OnBytes on_bytes) {
    while (!in.empty()) {
      if (left_ == 0) {
        head_ += in.front();
        in.remove_prefix(1);
        finish_head();
        continue;
      }
      const std::string_view part = in.substr(0, std::min<uint64_t>(left_, in.size()));
      in.remove_prefix(part.size());
      left_ -= part.size();
      if (binary_) on_bytes(part);
    }
  }

 private:
  void finish_head() {
    if (head_.size() < 2) return;
    const int code = head_[1] & 0x7f;
    const size_t more = code == 126 ? 2 : code == 127 ? 8 : 0;
    if (head_.size() < 2 + more) return;
    binary_ = (head_[0] & 0x0f) == 2;
    left_ = more == 0 ? static_cast<uint64_t>(code) : 0;
    for (size_t at = 2; at < head_.size(); ++at) left_ = left_ << 8 | static_cast<uint8_t>(head_[at]);
    head_.clear();
  }

  std::string head_;
  uint64_t left_ = 0;
  bool binary_ = false;
};

// RTMP after the handshake.
class RtmpReader {
 public:
  // False when it is no chunk stream.
  bool read(std::string_view in, const OnTag& on_tag) {
    vitrine::Bytes bytes(reinterpret_cast<const uint8_t*>(in.data()), in.size());
    while (!bytes.empty()) {
      const auto message = chunks_.next(bytes);
      if (!message) return false;
      if (!*message) continue;
      const auto& body = (*message)->body;
      const auto type = static_cast<uint8_t>((*message)->type);
      if (type != kAudioTag && type != kVideoTag && type != kScriptTag) continue;
      on_tag({type, (*message)->time_ms, {reinterpret_cast<const char*>(body.data()), body.size()}});
    }
    return true;
  }

 private:
  vitrine::RtmpChunkReader chunks_;
};

}  // namespace bench
