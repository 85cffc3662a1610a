#include "media/protocol/rtmp_session.h"

#include <algorithm>
#include <bit>

#include "media/protocol/rtmp_handshake.h"

namespace vitrine {
namespace {

constexpr std::optional<RtmpEvent> kNothing;
static_assert(kRtmpNetStreamsMax == 8, "net_streams_ has a bit for each");

}  // namespace

Result<std::optional<RtmpEvent>> RtmpSession::next(Bytes& in) {
  while (state_ <= State::c2) {
    if (in.empty()) return kNothing;
    const size_t before = in.size();
    auto taken = take_handshake(in);
    link_.count(before - in.size());
    if (!taken) return taken.error();
  }
  while (true) {
    auto message = link_.next(in);
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
  const auto answer = answer_handshake(whole, *random_);
  if (!answer) return answer.error();
  link_.send_raw(*answer);
  state_ = State::c2;
  return {};
}

RtmpSession::Outcome RtmpSession::on_message(RtmpMessage message) {
  switch (message.type) {
    case RtmpType::audio:
    case RtmpType::video:
      // Before accept or after the end it is dropped: encoders flush what they still have.
      if (state_ != State::publishing || message.body.empty()) return kNothing;
      return std::optional<RtmpEvent>(
          RtmpMedia{message.type == RtmpType::video, message.time_ms, std::move(message.body)});
    case RtmpType::data_amf0:
    case RtmpType::data_amf3:
      return on_data(message);
    default:
      return on_command(message);
  }
}

// @setDataFrame wraps onMetaData; other data messages (onCuePoint, captions) and what is not AMF0 are
// left aside, since a picture does not need them.
RtmpSession::Outcome RtmpSession::on_data(const RtmpMessage& message) {
  if (state_ != State::publishing) return kNothing;
  const auto data = read_rtmp_command(message);
  if (!data) return kNothing;
  const size_t at = data->name() == "@setDataFrame" ? 1 : 0;
  const auto* object = data->object_at(at + 1);
  if (data->text_at(at) != "onMetaData" || object == nullptr) return kNothing;
  return std::optional<RtmpEvent>(RtmpMetadata{*object});
}

RtmpSession::Outcome RtmpSession::on_command(const RtmpMessage& message) {
  if (++commands_ > kRtmpCommandsMax) return Error{ErrorKind::exhausted, "rtmp.commands"};
  const auto command = read_rtmp_command(message);
  const bool strange = !command && command.error().kind == ErrorKind::unsupported;
  if (strange && state_ >= State::connected)
    return kNothing;  // nothing we know, and no reason to end a stream
  if (!command) return command.error();
  const auto name = command->name();
  if (name.empty()) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (name == "connect") return on_connect(*command);
  if (state_ < State::connected) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (name == "createStream") return on_create_stream(*command);
  if (name == "publish") return on_publish(*command);
  if (name == "play") return on_play(*command);
  if (name == "pause" || name == "pauseRaw") return on_pause(*command);
  if (name == "seek") return on_seek(*command);
  if (name == "FCUnpublish" || name == "deleteStream" || name == "closeStream") return on_end(*command);
  return on_call(*command);
}

// Calls that change nothing here but want to hear something.
RtmpSession::Outcome RtmpSession::on_call(const RtmpCommand& command) {
  const auto name = command.name();
  if (name == "FCSubscribe") {
    link_.send_command(0, {"onFCSubscribe", 0, Amf0Value(),
                           rtmp_status("status", "NetStream.Play.Start", command.first_text())});
    return kNothing;
  }
  if (command.transaction() == 0) return kNothing;  // wants no answer (RTMP 1.0, 7.2.1)
  // A feed is the same for everyone: receiveAudio and receiveVideo are heard and change nothing.
  const bool known = name == "releaseStream" || name == "FCPublish" || name == "_checkbw" ||
                     name == "receiveAudio" || name == "receiveVideo";
  if (name == "getStreamLength")
    link_.send_command(0, {"_result", command.transaction(), Amf0Value(), 0});  // live: no length
  else if (known)
    link_.send_command(0, {"_result", command.transaction(), Amf0Value(), Amf0Undefined{}});
  else
    link_.send_command(
        0, {"_error", command.transaction(), Amf0Value(),
            rtmp_status("error", "NetConnection.Call.Failed", "This server does not know the call.")});
  return kNothing;
}

// RTMP 1.0, 7.2.1.1
RtmpSession::Outcome RtmpSession::on_connect(const RtmpCommand& command) {
  if (state_ != State::connecting) return Error{ErrorKind::invalid_input, "rtmp.repeated"};
  const Amf0Object* object = command.object_at(2);
  if (object == nullptr) return Error{ErrorKind::invalid_input, "rtmp.order"};
  if (auto enough = link_.require_chunk_size(kRtmpChunkLeast); !enough) return enough.error();

  auto app = read_rtmp_app(object->text("app"), object->text("tcUrl"));
  if (!app) {
    link_.send_command(
        0, {"_error", command.transaction(), Amf0Value(),
            rtmp_status("error", "NetConnection.Connect.InvalidApp", "Streams are at rtmp://HOST/live.")});
    return app.error();
  }
  app_ = *std::move(app);
  encoder_ = object->text("flashVer");
  page_ = object->text("pageUrl");

  link_.announce();
  state_ = State::connected;
  Amf0Object server;
  server.properties = {{"fmsVer", "FMS/3,5,3,888"}, {"capabilities", 31}};
  answer_enhanced(*object, server);
  Amf0Object info = rtmp_status("status", "NetConnection.Connect.Success", "Connected.");
  info.properties.push_back({"objectEncoding", 0});
  link_.send_command(0, {"_result", command.transaction(), std::move(server), std::move(info)});
  return kNothing;
}

// The lowest number that is free, so that whoever closes a stream and makes another is on the first
// again, where viewers are played.
RtmpSession::Outcome RtmpSession::on_create_stream(const RtmpCommand& command) {
  const int number = std::countr_one(net_streams_) + 1;
  if (number > kRtmpNetStreamsMax) return Error{ErrorKind::exhausted, "rtmp.net_streams"};
  net_streams_ |= static_cast<uint8_t>(1U << (number - 1));
  link_.send_command(0, {"_result", command.transaction(), Amf0Value(), number});
  return kNothing;
}

// Publishing.

RtmpSession::Outcome RtmpSession::on_publish(const RtmpCommand& command) {
  if (state_ != State::connected) return Error{ErrorKind::invalid_input, "rtmp.repeated"};
  publish_stream_id_ = command.stream_id;
  state_ = State::publish_asked;
  auto asked = read_rtmp_stream(app_, command.first_text());
  stream_name_ = asked.name;
  return std::optional<RtmpEvent>(RtmpPublishAsked{std::move(asked.name), std::move(asked.query), encoder_});
}

void RtmpSession::accept_publish() {
  check(state_ == State::publish_asked, "a publish nobody asked for was accepted");
  state_ = State::publishing;
  link_.limit_messages(kRtmpMessageMax);
  link_.send_control(RtmpControl::stream_begin, publish_stream_id_);
  link_.send_command(
      0, {"onFCPublish", 0, Amf0Value(), rtmp_status("status", "NetStream.Publish.Start", stream_name_)});
  link_.send_status(publish_stream_id_, "status", "NetStream.Publish.Start", "The stream is live.");
}

void RtmpSession::refuse_publish(std::string_view code, std::string_view description) {
  check(state_ == State::publish_asked || state_ == State::publishing, "nobody asked to publish");
  state_ = State::connected;
  link_.send_status(publish_stream_id_, "error", code, description);
}

// FCUnpublish, deleteStream and closeStream come one after the other; the first ends what is under way.
RtmpSession::Outcome RtmpSession::on_end(const RtmpCommand& command) {
  if (command.name() == "deleteStream" && command.values.size() > 3) {
    const double* number = command.values[3].number();
    if (number != nullptr && *number >= 1 && *number <= kRtmpNetStreamsMax)
      net_streams_ &= static_cast<uint8_t>(~(1U << (static_cast<unsigned>(*number) - 1)));
  }
  if (state_ == State::publishing) {
    state_ = State::connected;
    link_.send_status(publish_stream_id_, "status", "NetStream.Unpublish.Success", "The stream has ended.");
    return std::optional<RtmpEvent>(RtmpPublishEnded{});
  }
  if (state_ != State::playing || command.name() == "FCUnpublish") return kNothing;
  state_ = State::connected;
  link_.send_status(kRtmpPlayStream, "status", "NetStream.Play.Stop", "Playing has stopped.");
  return std::optional<RtmpEvent>(RtmpPlayEnded{});
}

// Playing.

// RTMP 1.0, 7.2.2.1. Start, duration and reset are left aside: there is only now.
RtmpSession::Outcome RtmpSession::on_play(const RtmpCommand& command) {
  if (state_ != State::connected && state_ != State::playing)
    return Error{ErrorKind::invalid_input, "rtmp.repeated"};
  if (command.stream_id > kRtmpPlayStream) {
    link_.send_status(command.stream_id, "error", "NetStream.Play.Failed",
                      "Play on the first stream of a connection.");
    return kNothing;
  }
  state_ = State::play_asked;
  auto asked = read_rtmp_stream(app_, command.first_text());
  stream_name_ = asked.name;
  return std::optional<RtmpEvent>(RtmpPlayAsked{std::move(asked.name), std::move(asked.query), page_});
}

void RtmpSession::accept_play() {
  check(state_ == State::play_asked, "a play nobody asked for was accepted");
  state_ = State::playing;
  link_.send_control(RtmpControl::stream_begin, kRtmpPlayStream);
  link_.send_status(kRtmpPlayStream, "status", "NetStream.Play.Reset", "Playing and resetting.");
  link_.send_status(kRtmpPlayStream, "status", "NetStream.Play.Start", "Playing.");
  link_.send_data(kRtmpPlayStream, {"|RtmpSampleAccess", true, true});
}

void RtmpSession::refuse_play(std::string_view code, std::string_view description) {
  check(state_ == State::play_asked, "a play nobody asked for was refused");
  state_ = State::connected;
  link_.send_status(kRtmpPlayStream, "error", code, description);
}

void RtmpSession::end_play() {
  if (state_ != State::playing) return;
  state_ = State::connected;
  link_.send_status(kRtmpPlayStream, "status", "NetStream.Play.UnpublishNotify", "The stream has ended.");
  link_.send_control(RtmpControl::stream_eof, kRtmpPlayStream);
  link_.send_status(kRtmpPlayStream, "status", "NetStream.Play.Stop", "The stream has ended.");
}

// RTMP 1.0, 7.2.2.8. pauseRaw is what Flash sends for a pause of its own.
RtmpSession::Outcome RtmpSession::on_pause(const RtmpCommand& command) {
  if (state_ != State::playing) return kNothing;
  const auto* flag = command.values.size() > 3 ? std::get_if<bool>(&command.values[3].held()) : nullptr;
  const bool paused = flag != nullptr && *flag;
  link_.send_status(kRtmpPlayStream, "status", paused ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify",
                    paused ? "Paused." : "Going on at the newest key frame.");
  return std::optional<RtmpEvent>(RtmpPauseAsked{paused});
}

// RTMP 1.0, 7.2.2.7
RtmpSession::Outcome RtmpSession::on_seek(const RtmpCommand&) {
  if (state_ == State::playing)
    link_.send_status(kRtmpPlayStream, "error", "NetStream.Seek.Failed", "A live stream cannot seek.");
  return kNothing;
}

}  // namespace vitrine
