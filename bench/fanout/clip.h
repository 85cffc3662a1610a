// A recorded FLV file in memory, played round and round: what the publisher sends and the bare server
// sends too. Every picture gets a stamp, a user data SEI of fixed size (H.264, D.1.6) that the publisher
// fills in as it sends: which picture it is and when it left. Decoders skip it.
//
// Owns    the bytes.
// Thread  one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

constexpr size_t kFileHead = 13;  // the FLV header and the first PreviousTagSize
constexpr size_t kTagHead = 11;
constexpr size_t kVideoHead = 5;  // FrameType and CodecID, packet type, composition time
constexpr uint8_t kAudioTag = 8;
constexpr uint8_t kVideoTag = 9;
constexpr uint8_t kScriptTag = 18;

// NAL unit type 6, payload type 5, 16 bytes of name and 32 of text: number and time in hexadecimal, so
// that no byte of it needs emulation prevention.
constexpr std::string_view kStampName = "vitrine-bench-01";
constexpr size_t kStampText = 32;
constexpr size_t kStampNal = 3 + 16 + kStampText + 1;
constexpr size_t kStampBytes = 4 + kStampNal;

struct Stamp {
  uint64_t number = 0;  // of the picture, from 0
  int64_t sent_ns = 0;  // CLOCK_MONOTONIC
};

inline std::string stamp_bytes(Stamp stamp) {
  char text[kStampText + 1];
  std::snprintf(text, sizeof(text), "%016llx%016llx", static_cast<unsigned long long>(stamp.number),
                static_cast<unsigned long long>(stamp.sent_ns));
  std::string out{0, 0, 0, static_cast<char>(kStampNal), 6, 5, static_cast<char>(16 + kStampText)};
  return out.append(kStampName).append(text).append(1, static_cast<char>(0x80));
}

// The stamp of a picture by the first bytes of its FLV video body.
inline std::optional<Stamp> read_stamp(std::string_view body) {
  if (body.size() < kVideoHead + kStampBytes) return std::nullopt;
  body.remove_prefix(kVideoHead + 7);
  if (body.substr(0, 16) != kStampName) return std::nullopt;
  const std::string number(body.substr(16, 16));
  const std::string sent(body.substr(32, 16));
  return Stamp{std::strtoull(number.c_str(), nullptr, 16),
               static_cast<int64_t>(std::strtoull(sent.c_str(), nullptr, 16))};
}

struct ClipTag {
  uint8_t type = 0;
  uint32_t ms = 0;
  size_t body = 0;  // where it begins
  size_t body_size = 0;
  size_t end() const { return body + body_size + 4; }
  size_t begin() const { return body - kTagHead; }
};

class Clip {
 public:
  explicit Clip(const char* path) {
    std::ifstream in(path, std::ios::binary);
    const std::string file(std::istreambuf_iterator<char>(in), {});
    bytes_ = file.substr(0, kFileHead);
    size_t at = kFileHead;
    while (at + kTagHead + 4 <= file.size()) at = take_tag(file, at);
  }

  const std::string& bytes() const { return bytes_; }
  const std::vector<ClipTag>& tags() const { return tags_; }
  std::string_view body(const ClipTag& tag) const { return {bytes_.data() + tag.body, tag.body_size}; }
  // Configuration records and metadata belong to the beginning; frames are what repeats.
  bool is_frame(const ClipTag& tag) const {
    return tag.type != kScriptTag && tag.body_size > 2 && bytes_[tag.body + 1] == 1;
  }
  // One round in milliseconds.
  uint32_t period_ms() const { return tags_.back().ms + 40; }
  double bytes_per_second() const {
    return static_cast<double>(bytes_.size()) * 1'000.0 / static_cast<double>(period_ms());
  }

 private:
  size_t take_tag(const std::string& file, size_t at) {
    const auto byte = [&](size_t where) { return static_cast<uint32_t>(static_cast<uint8_t>(file[where])); };
    const size_t size = byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    const uint32_t ms = byte(at + 7) << 24 | byte(at + 4) << 16 | byte(at + 5) << 8 | byte(at + 6);
    const size_t end = at + kTagHead + size + 4;
    if (end > file.size()) return file.size();
    std::string body = file.substr(at + kTagHead, size);
    if (byte(at) == kVideoTag && size > kVideoHead && body[1] == 1) body.insert(kVideoHead, stamp_bytes({}));
    tags_.push_back({static_cast<uint8_t>(byte(at)), ms, bytes_.size() + kTagHead, body.size()});
    bytes_ += file[at];
    put(body.size(), 3);
    bytes_ += file.substr(at + 4, 7);
    bytes_ += body;
    put(kTagHead + body.size(), 4);
    return end;
  }
  void put(size_t value, int count) {
    while (count-- > 0) bytes_ += static_cast<char>(value >> (8 * count) & 0xff);
  }

  std::string bytes_;
  std::vector<ClipTag> tags_;
};

}  // namespace bench
