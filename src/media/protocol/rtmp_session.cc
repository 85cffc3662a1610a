#include "media/protocol/rtmp_session.h"

#include <algorithm>

#include "media/protocol/rtmp_handshake.h"

namespace vitrine {
namespace {

constexpr uint8_t kControlChunkStream = 2;
constexpr uint8_t kCommandChunkStream = 3;
constexpr uint16_t kStreamBegin = 0;  // RTMP 1.0, 7.1.7
constexpr uint16_t kPingRequest = 6;
constexpr uint16_t kPingResponse = 7;
constexpr uint8_t kDynamicLimit = 2;      // RTMP 1.0, 5.4.5
constexpr uint32_t kWindowLeast = 1'024;  // bytes; a smaller window would have us answer every read

constexpr std::optional<RtmpEvent> kNothing;

// "name?query" in two; the query is empty without a '?'.
std::pair<std::string_view, std::string_view> split_query(std::string_view text) {
  const size_t at = text.find('?');
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

void join_query(std::string& query, std::string_view more) {
  if (more.empty()) return;
  if (!query.empty()) query += '&';
  query += more;
}

std::vector<uint8_t> u32_body(uint32_t value) {
  ByteWriter out;
  out.u32(value);
  return out.take();
}

Amf0Object status_object(std::string_view level, std::string_view code, std::string_view description) {
  Amf0Object out;
  out.properties = {{"level", level}, {"code", code}, {"description", description}};
  return out;
}

}  // namespace

Result<std::optional<RtmpEvent>> RtmpSession::next(Bytes& in) {
  while (true) {
    if (!split_.empty()) {
      auto message = std::move(split_.back());
      split_.pop_back();
      auto outcome = on_message(std::move(message));
      if (!outcome || *outcome) return outcome;
      continue;
    }
    if (in.empty()) return kNothing;
    const size_t before = in.size();
    if (state_ <= State::c2) {
      auto taken = take_handshake(in);
      acknowledge(before - in.size());
      if (!taken) return taken.error();
      continue;
    }
    auto message = chunks_.next(in);
    acknowledge(before - in.size());
    if (!message) return message.error();
    if (!*message) return kNothing;
    auto outcome = on_message(**std::move(message));
    if (!outcome || *outcome) return outcome;
  }
}

Result<void> RtmpSession::take_handshake(Bytes& in) {
  const size_t wanted = kRtmpHandshakeBytes + (state_ == State::c0_c1 ? 1 : 0);
  const size_t count = std::min(wanted - handshake_.size(), in.size());
  handshake_.insert(handshake_.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(count));
  in = in.subspan(count);
  if (handshake_.size() < wanted) return {};
  const auto whole = std::exchange(handshake_, {});
  if (state_ == State::c2) {
    state_ = State::connecting;
    return {};
  }
  const auto answer = answer_handshake(whole, random_);
  if (!answer) return answer.error();
  output_.bytes(*answer);
  state_ = State::c2;
  return {};
}

RtmpSession::Outcome RtmpSession::on_message(RtmpMessage message) {
  switch (message.type) {
    case RtmpType::audio:
    case RtmpType::video:
      return on_media(std::move(message));
    case RtmpType::data_amf0:
      return on_data(message.body);
    case RtmpType::command_amf0:
      return on_command(message.body, message.stream_id);
    case RtmpType::data_amf3:
    case RtmpType::command_amf3: {
      // Peers that announce AMF3 still send AMF0 behind one zero byte.
      if (message.body.empty() || message.body.front() != 0)
        return Error{ErrorKind::unsupported, "amf0.type"};
      const Bytes body = Bytes(message.body).subspan(1);
      return message.type == RtmpType::data_amf3 ? on_data(body) : on_command(body, message.stream_id);
    }
    case RtmpType::aggregate:
      if (auto split = on_aggregate(message); !split) return split.error();
      return kNothing;
    case RtmpType::user_control:
      on_user_control(message.body);
      return kNothing;
    case RtmpType::window_ack_size: {
      ByteReader reader(message.body);
      const uint32_t window = reader.u32();
      if (auto read = reader.finish(); !read) return read.error();
      window_ = std::max(window, kWindowLeast);
      return kNothing;
    }
    default:
      return kNothing;  // acknowledgements, bandwidth, shared objects: nothing to do
  }
}

// Media before accept or after the end is dropped: encoders flush what they still have.
RtmpSession::Outcome RtmpSession::on_media(RtmpMessage message) {
  if (state_ != State::publishing || message.body.empty()) return kNothing;
  return std::optional<RtmpEvent>(
      RtmpMedia{message.type == RtmpType::video, message.time_ms, std::move(message.body)});
}

// @setDataFrame wraps onMetaData; other data messages (onCuePoint, captions) and what is not AMF0 are
// left aside, since a picture does not need them.
RtmpSession::Outcome RtmpSession::on_data(Bytes body) {
  if (state_ != State::publishing) return kNothing;
  const auto values = read_amf0(body);
  if (!values || values->empty()) return kNothing;
  size_t at = (*values)[0] == Amf0Value("@setDataFrame") ? 1 : 0;
  if (values->size() < at + 2 || !((*values)[at] == Amf0Value("onMetaData"))) return kNothing;
  const auto* object = (*values)[at + 1].object();
  if (object == nullptr) return kNothing;
  return std::optional<RtmpEvent>(RtmpMetadata{*object});
}

RtmpSession::Outcome RtmpSession::on_command(Bytes body, uint32_t stream_id) {
  if (++commands_ > kRtmpCommandsMax) return Error{ErrorKind::exhausted, "rtmp.commands"};
  const auto values = read_amf0(body);
  if (!values) return values.error();
  if (values->empty() || (*values)[0].text() == nullptr) return Error{ErrorKind::invalid_input, "rtmp.order"};
  Command command;
  command.name = *(*values)[0].text();
  command.stream_id = stream_id;
  if (values->size() > 1 && (*values)[1].number() != nullptr) command.transaction = *(*values)[1].number();
  if (values->size() > 2) command.object = (*values)[2].object();
  for (size_t at = 3; at < values->size(); ++at)
    if (const auto* text = (*values)[at].text()) command.texts.push_back(*text);
  return dispatch(command);
}

RtmpSession::Outcome RtmpSession::dispatch(const Command& command) {
  if (command.name == "connect") return on_connect(command);
  if (state_ < State::connected) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (command.name == "createStream") return on_create_stream(command);
  if (command.name == "publish") return on_publish(command);
  if (command.name == "FCUnpublish" || command.name == "deleteStream" || command.name == "closeStream")
    return on_end();
  if (command.name == "play") {
    send_status(command.stream_id, "error", "NetStream.Play.Failed",
                "Playing over RTMP is not offered; use HTTP-FLV.");
    return kNothing;
  }
  const bool known = command.name == "releaseStream" || command.name == "FCPublish" ||
                     command.name == "_checkbw" || command.name == "getStreamLength";
  if (command.transaction == 0) return kNothing;  // wants no answer (RTMP 1.0, 7.2.1)
  if (known)
    send_command(0, {"_result", command.transaction, Amf0Value(), Amf0Undefined{}});
  else
    send_command(
        0, {"_error", command.transaction, Amf0Value(),
            status_object("error", "NetConnection.Call.Failed", "This server does not know the call.")});
  return kNothing;
}

// RTMP 1.0, 7.2.1.1
RtmpSession::Outcome RtmpSession::on_connect(const Command& command) {
  if (state_ != State::connecting) return Error{ErrorKind::invalid_input, "rtmp.repeated"};
  if (command.object == nullptr) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (auto enough = chunks_.require_chunk_size(kRtmpChunkLeast); !enough) return enough.error();

  auto [app, app_query] = split_query(command.object->text("app"));
  while (app.ends_with('/')) app.remove_suffix(1);
  if (app != kRtmpApp) {
    send_command(
        0, {"_error", command.transaction, Amf0Value(),
            status_object("error", "NetConnection.Connect.InvalidApp", "Publish to rtmp://HOST/live.")});
    return Error{ErrorKind::invalid_input, "rtmp.app"};
  }
  // FFmpeg repeats the app's query in tcUrl: the same words twice do no harm.
  join_query(tc_url_query_, app_query);
  join_query(tc_url_query_, split_query(command.object->text("tcUrl")).second);
  encoder_ = command.object->text("flashVer");

  send(RtmpType::window_ack_size, 0, u32_body(kRtmpWindow));
  ByteWriter bandwidth;
  bandwidth.u32(kRtmpWindow).u8(kDynamicLimit);
  send(RtmpType::set_peer_bandwidth, 0, bandwidth.take());
  // The new size holds for the chunks after this message.
  send(RtmpType::set_chunk_size, 0, u32_body(kRtmpChunkOut));
  state_ = State::connected;

  Amf0Object server;
  server.properties = {{"fmsVer", "FMS/3,5,3,888"}, {"capabilities", 31}};
  Amf0Object info = status_object("status", "NetConnection.Connect.Success", "Connected.");
  info.properties.push_back({"objectEncoding", 0});
  send_command(0, {"_result", command.transaction, std::move(server), std::move(info)});
  return kNothing;
}

RtmpSession::Outcome RtmpSession::on_create_stream(const Command& command) {
  if (++net_streams_ > kRtmpNetStreamsMax) return Error{ErrorKind::exhausted, "rtmp.net_streams"};
  send_command(0, {"_result", command.transaction, Amf0Value(), net_streams_});
  return kNothing;
}

RtmpSession::Outcome RtmpSession::on_publish(const Command& command) {
  if (state_ != State::connected) return Error{ErrorKind::invalid_input, "rtmp.repeated"};
  publish_name_ = command.texts.empty() ? std::string() : std::string(command.texts[0]);
  publish_stream_id_ = command.stream_id;
  state_ = State::asked;
  const auto [name, query] = split_query(publish_name_);
  RtmpPublishAsked asked{std::string(name), std::string(query), encoder_};
  join_query(asked.query, tc_url_query_);
  return std::optional<RtmpEvent>(std::move(asked));
}

void RtmpSession::accept_publish() {
  check(state_ == State::asked, "a publish nobody asked for was accepted");
  state_ = State::publishing;
  chunks_.limit_messages(kRtmpMessageMax);
  ByteWriter begin;
  begin.u16(kStreamBegin).u32(publish_stream_id_);
  send(RtmpType::user_control, 0, begin.take());
  const auto name = split_query(publish_name_).first;
  send_command(0, {"onFCPublish", 0, Amf0Value(), status_object("status", "NetStream.Publish.Start", name)});
  send_status(publish_stream_id_, "status", "NetStream.Publish.Start", "The stream is live.");
}

void RtmpSession::refuse_publish(std::string_view code, std::string_view description) {
  check(state_ >= State::asked, "a publish nobody asked for was refused");
  state_ = State::connected;
  send_status(publish_stream_id_, "error", code, description);
}

// FCUnpublish, deleteStream and closeStream come one after the other; the first ends the stream.
RtmpSession::Outcome RtmpSession::on_end() {
  if (state_ != State::publishing) return kNothing;
  state_ = State::connected;
  send_status(publish_stream_id_, "status", "NetStream.Unpublish.Success", "The stream has ended.");
  return std::optional<RtmpEvent>(RtmpPublishEnded{});
}

void RtmpSession::on_user_control(Bytes body) {
  ByteReader reader(body);
  const uint16_t event = reader.u16();
  const uint32_t stamp = reader.u32();
  if (!reader.finish() || event != kPingRequest) return;
  ByteWriter pong;
  pong.u16(kPingResponse).u32(stamp);
  send(RtmpType::user_control, 0, pong.take());
}

Result<void> RtmpSession::on_aggregate(const RtmpMessage& message) {
  auto inside = split_aggregate(message);
  if (!inside) return inside.error();
  split_ = *std::move(inside);
  std::reverse(split_.begin(), split_.end());
  return {};
}

// RTMP 1.0, 5.4.3: some encoders stop when nobody acknowledges.
void RtmpSession::acknowledge(size_t taken) {
  received_ += static_cast<uint32_t>(taken);
  if (state_ < State::connected || received_ - acknowledged_ < window_) return;
  acknowledged_ = received_;
  send(RtmpType::acknowledgement, 0, u32_body(received_));
}

void RtmpSession::send(RtmpType type, uint32_t stream_id, std::vector<uint8_t> body) {
  const bool command = type == RtmpType::command_amf0;
  const uint32_t chunk_size = state_ < State::connected ? kRtmpChunkDefault : kRtmpChunkOut;
  const RtmpMessage message{type, stream_id, 0, std::move(body)};
  write_rtmp_message(output_, command ? kCommandChunkStream : kControlChunkStream, message, chunk_size);
}

void RtmpSession::send_command(uint32_t stream_id, const std::vector<Amf0Value>& values) {
  send(RtmpType::command_amf0, stream_id, write_amf0(values));
}

void RtmpSession::send_status(uint32_t stream_id, std::string_view level, std::string_view code,
                              std::string_view description) {
  send_command(stream_id, {"onStatus", 0, Amf0Value(), status_object(level, code, description)});
}

}  // namespace vitrine
