// A viewer of HTTP-FLV for tests: reads tag by tag.
//
// Owns    one connection.
// Thread  the test's.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "media/container/flv.h"
#include "testing/http_client.h"

namespace vitrine {

// What a viewer keeps of a tag.
struct SeenTag {
  FlvTagType type{};
  uint32_t dts_ms = 0;
  bool config = false;
  bool key = false;
  int32_t composition_ms = 0;
  const Codec* codec = nullptr;
  Amf0Object metadata;
  std::vector<uint8_t> data;  // what the codec gets
};

// A viewer that reads tag by tag.
class FlvClient {
 public:
  FlvClient(uint16_t port, const std::string& stream) : http_(port) {
    http_.write("GET /live/" + stream + ".flv HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (!head_.ends_with("\r\n\r\n")) {
      const std::string byte = http_.read_bytes(1);
      if (byte.empty()) return;
      head_ += byte;
    }
    if (head_.starts_with("HTTP/1.1 200")) header_ = http_.read_bytes(13);
  }
  const std::string& head() const { return head_; }
  const std::string& header() const { return header_; }
  // Empty at the end of the stream.
  std::optional<SeenTag> next() {
    const std::string head = http_.read_bytes(11);
    if (head.size() < 11) return std::nullopt;
    const Bytes at = as_bytes(head);
    const size_t size = static_cast<size_t>(at[1]) << 16 | static_cast<size_t>(at[2]) << 8 | at[3];
    const std::string whole = head + http_.read_bytes(size + 4);
    ByteReader reader(as_bytes(whole));
    const auto tag = read_flv_tag(reader);
    if (!tag) {
      ADD_FAILURE() << "a torn tag: " << tag.error().reason;
      return std::nullopt;
    }
    SeenTag seen;
    seen.type = tag->type;
    seen.dts_ms = tag->dts_ms;
    if (tag->type == FlvTagType::script) {
      seen.metadata = read_flv_metadata(tag->body).value_or({});
      return seen;
    }
    const auto body = tag->type == FlvTagType::video ? read_flv_video(tag->body) : read_flv_audio(tag->body);
    if (!body) {
      ADD_FAILURE() << "an unreadable tag: " << body.error().reason;
      return std::nullopt;
    }
    seen.config = body->packet == FlvPacket::config;
    seen.key = body->key && !seen.config;
    seen.composition_ms = body->composition_ms;
    seen.codec = body->codec;
    seen.data.assign(body->data.begin(), body->data.end());
    return seen;
  }

 private:
  HttpClient http_;
  std::string head_;
  std::string header_;
};

}  // namespace vitrine
