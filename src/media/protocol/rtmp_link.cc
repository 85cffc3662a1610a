#include "media/protocol/rtmp_link.h"

#include <algorithm>

#include "media/protocol/amf3.h"

namespace vitrine {
namespace {

constexpr uint8_t kDynamicLimit = 2;      // RTMP 1.0, 5.4.5
constexpr uint32_t kWindowLeast = 1'024;  // bytes; a smaller window would have us answer every read

std::vector<uint8_t> u32_body(uint32_t value) {
  ByteWriter out;
  out.u32(value);
  return out.take();
}

uint8_t chunk_stream_of(RtmpType type) {
  switch (type) {
    case RtmpType::command_amf0:
      return kRtmpCommandChunks;
    case RtmpType::data_amf0:
      return kRtmpDataChunks;
    default:
      return kRtmpControlChunks;
  }
}

}  // namespace

double RtmpCommand::transaction() const {
  const double* number = values.size() > 1 ? values[1].number() : nullptr;
  return number == nullptr ? 0 : *number;
}

const Amf0Object* RtmpCommand::object_at(size_t index) const {
  return index < values.size() ? values[index].object() : nullptr;
}

std::string_view RtmpCommand::text_at(size_t index) const {
  const std::string* text = index < values.size() ? values[index].text() : nullptr;
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string_view RtmpCommand::first_text() const {
  for (size_t at = 3; at < values.size(); ++at)
    if (values[at].text() != nullptr) return text_at(at);
  return {};
}

Result<RtmpCommand> read_rtmp_command(const RtmpMessage& message) {
  const bool amf3 = message.type == RtmpType::data_amf3 || message.type == RtmpType::command_amf3;
  auto values = amf3 ? read_amf3_message(message.body) : read_amf0(message.body);
  if (!values) return values.error();
  return RtmpCommand{*std::move(values), message.stream_id};
}

Amf0Object rtmp_status(std::string_view level, std::string_view code, std::string_view description) {
  Amf0Object out;
  out.properties = {{"level", level}, {"code", code}, {"description", description}};
  return out;
}

Result<std::optional<RtmpMessage>> RtmpLink::next(Bytes& in) {
  while (true) {
    if (!split_.empty()) {
      auto message = std::move(split_.back());
      split_.pop_back();
      const auto handled = handle(message);
      if (!handled) return handled.error();
      if (!*handled) return std::optional(std::move(message));
      continue;
    }
    if (in.empty()) return std::optional<RtmpMessage>();
    const size_t before = in.size();
    auto message = chunks_.next(in);
    count(before - in.size());
    acknowledge();
    if (!message) return message.error();
    if (!*message) return std::optional<RtmpMessage>();
    const auto handled = handle(**message);
    if (!handled) return handled.error();
    if (!*handled) return message;
  }
}

// True when nobody else needs it.
Result<bool> RtmpLink::handle(const RtmpMessage& message) {
  switch (message.type) {
    case RtmpType::audio:
    case RtmpType::video:
    case RtmpType::data_amf0:
    case RtmpType::data_amf3:
    case RtmpType::command_amf0:
    case RtmpType::command_amf3:
      return false;
    case RtmpType::aggregate:
      if (auto done = split(message); !done) return done.error();
      return true;
    case RtmpType::user_control:
      on_control(message.body);
      return true;
    case RtmpType::window_ack_size: {
      ByteReader reader(message.body);
      const uint32_t window = reader.u32();
      if (auto read = reader.finish(); !read) return read.error();
      window_ = std::max(window, kWindowLeast);
      return true;
    }
    default:
      return true;  // acknowledgements, bandwidth, shared objects: nothing to do
  }
}

void RtmpLink::on_control(Bytes body) {
  ByteReader reader(body);
  const auto event = static_cast<RtmpControl>(reader.u16());
  const uint32_t stamp = reader.u32();
  if (reader.finish() && event == RtmpControl::ping_request) send_control(RtmpControl::ping_response, stamp);
}

Result<void> RtmpLink::split(const RtmpMessage& message) {
  auto inside = split_aggregate(message);
  if (!inside) return inside.error();
  split_ = *std::move(inside);
  std::reverse(split_.begin(), split_.end());
  return {};
}

// RTMP 1.0, 5.4.3: some peers stop when nobody acknowledges.
void RtmpLink::acknowledge() {
  if (received_ - acknowledged_ < window_) return;
  acknowledged_ = received_;
  send(RtmpType::acknowledgement, 0, u32_body(received_));
}

void RtmpLink::announce() {
  send(RtmpType::window_ack_size, 0, u32_body(kRtmpWindow));
  ByteWriter bandwidth;
  bandwidth.u32(kRtmpWindow).u8(kDynamicLimit);
  send(RtmpType::set_peer_bandwidth, 0, bandwidth.take());
  // The new size holds for the chunks after this message.
  send(RtmpType::set_chunk_size, 0, u32_body(kRtmpChunkOut));
  chunk_out_ = kRtmpChunkOut;
}

void RtmpLink::send(RtmpType type, uint32_t stream_id, std::vector<uint8_t> body) {
  const RtmpMessage message{type, stream_id, 0, std::move(body)};
  write_rtmp_message(output_, chunk_stream_of(type), message, chunk_out_);
}

void RtmpLink::send_control(RtmpControl event, uint32_t stream_id) {
  ByteWriter body;
  body.u16(static_cast<uint16_t>(event)).u32(stream_id);
  send(RtmpType::user_control, 0, body.take());
}

void RtmpLink::send_command(uint32_t stream_id, const std::vector<Amf0Value>& values) {
  send(RtmpType::command_amf0, stream_id, write_amf0(values));
}

void RtmpLink::send_data(uint32_t stream_id, const std::vector<Amf0Value>& values) {
  send(RtmpType::data_amf0, stream_id, write_amf0(values));
}

void RtmpLink::send_status(uint32_t stream_id, std::string_view level, std::string_view code,
                           std::string_view description) {
  send_command(stream_id, {"onStatus", 0, Amf0Value(), rtmp_status(level, code, description)});
}

}  // namespace vitrine
