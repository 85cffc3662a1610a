#include "media/protocol/rtmp_client.h"

#include <algorithm>

#include "media/protocol/rtmp_handshake.h"

namespace vitrine {
namespace {

constexpr std::optional<RtmpEvent> kNothing;
constexpr double kConnectCall = 1;
constexpr double kCreateCall = 2;
constexpr size_t kGreetingBytes = 1 + 2 * kRtmpHandshakeBytes;  // S0, S1, S2
constexpr size_t kClockBytes = 8;                               // C1's time and the four zero bytes
constexpr uint32_t kBufferMs = 1'000;                           // what we tell servers that pace by it
constexpr double kLiveOrRecorded = -2'000;  // RTMP 1.0, 7.2.2.1: start of `play`, as players ask

}  // namespace

RtmpClient::RtmpClient(RtmpPlayTarget target, Random& random) : target_(std::move(target)) {
  std::vector<uint8_t> greeting(1 + kRtmpHandshakeBytes);  // RTMP 1.0, 5.2.2: time 0, zero, random
  greeting[0] = kRtmpVersion;
  random.fill(std::span(greeting).subspan(1 + kClockBytes));
  link_.send_raw(greeting);
}

Result<std::optional<RtmpEvent>> RtmpClient::next(Bytes& in) {
  while (state_ == State::handshake) {
    if (in.empty()) return kNothing;
    if (auto taken = take_handshake(in); !taken) return taken.error();
  }
  while (true) {
    auto message = link_.next(in);
    if (!message) return message.error();
    if (!*message) return kNothing;
    auto outcome = on_message(**std::move(message));
    if (!outcome || *outcome) return outcome;
  }
}

// S2 is not looked at: without a digest there is nothing to prove.
Result<void> RtmpClient::take_handshake(Bytes& in) {
  const size_t count = std::min(kGreetingBytes - handshake_.size(), in.size());
  handshake_.insert(handshake_.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(count));
  in = in.subspan(count);
  link_.count(count);
  if (!handshake_.empty() && handshake_[0] != kRtmpVersion)
    return Error{ErrorKind::unsupported, "rtmp.version"};
  if (handshake_.size() < kGreetingBytes) return {};
  link_.send_raw(Bytes(handshake_).subspan(1, kRtmpHandshakeBytes));  // C2 repeats S1
  handshake_ = {};
  state_ = State::connecting;
  send_connect();
  return {};
}

// RTMP 1.0, 7.2.1.1. objectEncoding 0: commands in AMF0.
void RtmpClient::send_connect() {
  Amf0Object object;
  object.properties = {{"app", target_.app}, {"flashVer", "LNX 9,0,124,2"}, {"tcUrl", target_.tc_url},
                       {"fpad", false},      {"capabilities", 15},          {"audioCodecs", 4'071},
                       {"videoCodecs", 252}, {"videoFunction", 1},          {"objectEncoding", 0}};
  link_.send_command(0, {"connect", kConnectCall, std::move(object)});
}

RtmpClient::Outcome RtmpClient::on_message(RtmpMessage message) {
  switch (message.type) {
    case RtmpType::audio:
    case RtmpType::video:
      // Some servers send media before, or instead of, NetStream.Play.Start.
      if (state_ < State::asking || message.body.empty()) return kNothing;
      return std::optional<RtmpEvent>(
          RtmpMedia{message.type == RtmpType::video, message.time_ms, std::move(message.body)});
    case RtmpType::data_amf0:
    case RtmpType::data_amf3: {
      const auto data = read_rtmp_command(message);
      const bool metadata = data && data->name() == "onMetaData" && data->object_at(1) != nullptr;
      if (state_ < State::asking || !metadata) return kNothing;
      return std::optional<RtmpEvent>(RtmpMetadata{*data->object_at(1)});
    }
    default:
      return on_command(message);
  }
}

RtmpClient::Outcome RtmpClient::on_command(const RtmpMessage& message) {
  if (++commands_ > kCommandsMax) return Error{ErrorKind::exhausted, "rtmp.commands"};
  const auto command = read_rtmp_command(message);
  if (!command) return command.error();
  if (command->name().empty()) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (command->name() == "_result") return on_result(*command);
  if (command->name() == "onStatus") return on_status(*command);
  if (command->name() == "_error" && state_ < State::asking)
    return Error{ErrorKind::forbidden, "rtmp.refused"};
  return kNothing;  // onBWDone, onFCSubscribe and the like
}

RtmpClient::Outcome RtmpClient::on_result(const RtmpCommand& command) {
  if (state_ == State::connecting && command.transaction() == kConnectCall) {
    state_ = State::creating;
    link_.send_command(0, {"createStream", kCreateCall, Amf0Value()});
  } else if (state_ == State::creating && command.transaction() == kCreateCall) {
    const double* number = command.values.size() > 3 ? command.values[3].number() : nullptr;
    if (number == nullptr || !(*number >= 0 && *number <= 0xffffffff))
      return Error{ErrorKind::invalid_input, "rtmp.order"};
    const auto stream_id = static_cast<uint32_t>(*number);
    state_ = State::asking;
    link_.limit_messages(kRtmpMessageMax);
    link_.send_command(stream_id, {"play", 0, Amf0Value(), target_.stream, kLiveOrRecorded});
    ByteWriter buffer;
    buffer.u16(static_cast<uint16_t>(RtmpControl::set_buffer_length)).u32(stream_id).u32(kBufferMs);
    link_.send(RtmpType::user_control, 0, buffer.take());
  }
  return kNothing;
}

RtmpClient::Outcome RtmpClient::on_status(const RtmpCommand& command) {
  const Amf0Object* info = command.object_at(3);
  if (info == nullptr) return kNothing;
  const auto code = info->text("code");
  if (code == "NetStream.Play.StreamNotFound") return Error{ErrorKind::not_found, "rtmp.not_found"};
  if (info->text("level") == "error") return Error{ErrorKind::forbidden, "rtmp.refused"};
  if (state_ == State::asking && code == "NetStream.Play.Start") state_ = State::playing;
  const bool over = code == "NetStream.Play.UnpublishNotify" || code == "NetStream.Play.Stop" ||
                    code == "NetStream.Play.Complete";
  if (state_ != State::playing || !over) return kNothing;
  return std::optional<RtmpEvent>(RtmpPlayEnded{});
}

}  // namespace vitrine
