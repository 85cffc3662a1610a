#include "media/protocol/rtmp_session.h"

#include <gtest/gtest.h>

#include "media/protocol/rtmp_handshake.h"
#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

// A publisher that speaks to a session in memory.
class Peer {
 public:
  Peer() : session_(random_) {}

  void handshake() {
    std::vector<uint8_t> bytes(1 + 2 * kRtmpHandshakeBytes);
    bytes[0] = 3;
    send(bytes);
    const auto answer = session_.take_output();
    ASSERT_EQ(answer.size(), 1 + 2 * kRtmpHandshakeBytes);
  }

  // What happened; also fills replies() with the commands the session answered.
  std::vector<RtmpEvent> send(Bytes bytes) {
    std::vector<RtmpEvent> events;
    error_.reset();
    while (true) {
      auto event = session_.next(bytes);
      if (!event) {
        error_ = event.error();
        break;
      }
      if (!*event) break;
      events.push_back(**std::move(event));
      if (std::holds_alternative<RtmpPublishAsked>(events.back())) {
        if (accepting)
          session_.accept_publish();
        else
          session_.refuse_publish("NetStream.Publish.BadName", "busy");
      }
      if (std::holds_alternative<RtmpPlayAsked>(events.back())) {
        if (accepting)
          session_.accept_play();
        else
          session_.refuse_play("NetStream.Play.StreamNotFound", "not live");
      }
    }
    if (handshaken_) hear();
    handshaken_ = true;
    return events;
  }
  std::vector<RtmpEvent> message(RtmpType type, uint32_t stream_id, std::vector<uint8_t> body,
                                 uint32_t time_ms = 0) {
    ByteWriter out;
    write_rtmp_message(out, 3, {type, stream_id, time_ms, std::move(body)}, kRtmpChunkDefault);
    return send(out.view());
  }
  std::vector<RtmpEvent> command(const std::vector<Amf0Value>& values, uint32_t stream_id = 0) {
    return message(RtmpType::command_amf0, stream_id, write_amf0(values));
  }
  std::vector<RtmpEvent> connect(std::string_view app = "live",
                                 std::string_view tc_url = "rtmp://host/live") {
    Amf0Object object;
    object.properties = {{"app", app}, {"flashVer", "FMLE/3.0"}, {"tcUrl", tc_url}};
    return command({"connect", 1, object});
  }
  std::vector<RtmpEvent> publish(std::string_view name = "demo?key=secret") {
    command({"releaseStream", 2, Amf0Value(), name});
    command({"FCPublish", 3, Amf0Value(), name});
    command({"createStream", 4, Amf0Value()});
    return command({"publish", 5, Amf0Value(), name, "live"}, 1);
  }

  std::vector<RtmpEvent> play(std::string_view name = "demo?token=t") {
    command({"createStream", 2, Amf0Value()});
    command({"getStreamLength", 3, Amf0Value(), name});
    return command({"play", 4, Amf0Value(), name, -2000}, 1);
  }
  // The codes of all onStatus heard, in order, and what else a player looks for.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const auto& message : heard_) {
      if (message.type == RtmpType::user_control) {
        const bool begin = message.body == hex("0000 00000001");
        out.push_back(begin ? "StreamBegin" : message.body == hex("0001 00000001") ? "StreamEOF" : "?");
      }
      const auto command = read_rtmp_command(message);
      if (!command) continue;
      if (command->name() == "onStatus") {
        EXPECT_EQ(message.stream_id, 1u);
        out.push_back(std::string(command->object_at(3)->text("code")));
      }
      if (command->name() == "|RtmpSampleAccess") out.push_back(std::string(command->name()));
    }
    return out;
  }
  RtmpSession& session() { return session_; }
  void hear_more() { hear(); }

  // The first reply of that command name, as an array of its values; empty when there is none.
  std::vector<Amf0Value> reply(std::string_view name) const {
    for (const auto& message : heard_) {
      if (message.type != RtmpType::command_amf0) continue;
      const auto values = read_amf0(message.body);
      if (values && (*values)[0] == Amf0Value(name)) return *values;
    }
    return {};
  }
  std::string status_code() const {
    const auto values = reply("onStatus");
    return values.size() < 4 ? "" : std::string(values[3].object()->text("code"));
  }
  bool heard(RtmpType type) const {
    return std::any_of(heard_.begin(), heard_.end(),
                       [&](const auto& message) { return message.type == type; });
  }
  const std::vector<RtmpMessage>& messages() const { return heard_; }
  void forget() { heard_.clear(); }
  std::optional<Error> error() const { return error_; }

  bool accepting = true;

 private:
  void hear() {
    const auto bytes = session_.take_output();
    Bytes rest = bytes;
    while (true) {
      auto message = reader_.next(rest);
      ASSERT_TRUE(message) << "the session sent a broken chunk stream";
      if (!*message) return;
      heard_.push_back(**std::move(message));
    }
  }

  SeededRandom random_{1};
  RtmpSession session_;
  RtmpChunkReader reader_;
  std::vector<RtmpMessage> heard_;
  std::optional<Error> error_;
  bool handshaken_ = false;
};

TEST(RtmpSession, ConnectIsAnsweredWithWindowBandwidthAndResult) {
  Peer peer;
  peer.handshake();
  peer.connect();
  EXPECT_FALSE(peer.error());
  EXPECT_TRUE(peer.heard(RtmpType::window_ack_size));
  EXPECT_TRUE(peer.heard(RtmpType::set_peer_bandwidth));
  const auto result = peer.reply("_result");
  ASSERT_EQ(result.size(), 4u);
  EXPECT_EQ(result[1], Amf0Value(1));
  EXPECT_EQ(result[3].object()->text("code"), "NetConnection.Connect.Success");
}

TEST(RtmpSession, PublishAsksWithNameAndKeyAndStarts) {
  Peer peer;
  peer.handshake();
  peer.connect();
  const auto events = peer.publish();
  ASSERT_EQ(events.size(), 1u);
  const auto& asked = std::get<RtmpPublishAsked>(events[0]);
  EXPECT_EQ(asked.name, "demo");
  EXPECT_EQ(asked.query, "key=secret");
  EXPECT_EQ(asked.encoder, "FMLE/3.0");
  EXPECT_EQ(peer.status_code(), "NetStream.Publish.Start");
  EXPECT_FALSE(peer.reply("onFCPublish").empty());
}

TEST(RtmpSession, TheKeyMayBeInTcUrl) {
  Peer peer;
  peer.handshake();
  peer.connect("live?key=one", "rtmp://host/live?key=one");
  const auto events = peer.publish("demo");
  EXPECT_EQ(std::get<RtmpPublishAsked>(events.at(0)).query, "key=one");
}

// rtmp://HOST/live/demo/ as server, the key alone as "stream key".
TEST(RtmpSession, TheAppMayNameTheStreamAndTheNameBeTheKey) {
  Peer peer;
  peer.handshake();
  peer.connect("live/demo/", "rtmp://host/live/demo/");
  const auto events = peer.publish("q3Zr8t_0Jx-K1mYw7vB2uA");
  EXPECT_EQ(std::get<RtmpPublishAsked>(events.at(0)).name, "demo");
  EXPECT_EQ(std::get<RtmpPublishAsked>(events.at(0)).query, "key=q3Zr8t_0Jx-K1mYw7vB2uA");
}

TEST(RtmpSession, ConnectTellsAnEnhancedPeerTheCodecsTaken) {
  Peer peer;
  peer.handshake();
  Amf0Array codecs;
  codecs.items = {"av01", "hvc1", "avc1", "Opus"};
  Amf0Object object;
  object.properties = {{"app", "live"}, {"tcUrl", "rtmp://host/live"}, {"fourCcList", codecs}};
  peer.command({"connect", 1, object});
  const auto result = peer.reply("_result");
  ASSERT_EQ(result.size(), 4u);
  EXPECT_NE(result[2].object()->find("fourCcList"), nullptr);
  EXPECT_EQ(result[2].object()->find("videoFourCcInfoMap")->object()->number("avc1"), 4);
  Peer plain;
  plain.handshake();
  plain.connect();
  EXPECT_EQ(plain.reply("_result")[2].object()->find("fourCcList"), nullptr);
}

TEST(RtmpSession, MediaAndMetadataComeOutWhilePublishing) {
  Peer peer;
  peer.handshake();
  peer.connect();
  EXPECT_TRUE(peer.message(RtmpType::audio, 1, hex("af001210")).empty()) << "media before publish is dropped";
  peer.publish();
  Amf0Object data;
  data.ecma_array = true;
  data.properties = {{"width", 720}};
  auto events = peer.message(RtmpType::data_amf0, 1, write_amf0({"@setDataFrame", "onMetaData", data}));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(std::get<RtmpMetadata>(events[0]).data.number("width"), 720);
  events = peer.message(RtmpType::video, 1, hex("1701000000"), 40);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(std::get<RtmpMedia>(events[0]).video);
  EXPECT_EQ(std::get<RtmpMedia>(events[0]).time_ms, 40u);
}

TEST(RtmpSession, AnAggregateComesOutAsItsMessages) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.publish();
  const auto events = peer.message(RtmpType::aggregate, 1,
                                   hex("08 000002 000064 00 000000 af01 0000000d"
                                       " 09 000001 000078 00 000000 17 0000000c"),
                                   1'000);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_FALSE(std::get<RtmpMedia>(events[0]).video);
  EXPECT_EQ(std::get<RtmpMedia>(events[1]).time_ms, 1'020u);
}

TEST(RtmpSession, CommandsOfType17CarryAmf0BehindAZero) {
  Peer peer;
  peer.handshake();
  Amf0Object object;
  object.properties = {{"app", "live"}, {"tcUrl", "rtmp://host/live"}};
  auto body = write_amf0({"connect", 1, object});
  body.insert(body.begin(), 0);
  peer.message(RtmpType::command_amf3, 0, body);
  EXPECT_FALSE(peer.reply("_result").empty());
}

// A Flash-era encoder: AMF3 for the command object, then for everything.
TEST(RtmpSession, CommandsAndDataMayBeAmf3) {
  Peer peer;
  peer.handshake();
  peer.message(RtmpType::command_amf3, 0,
               hex("00 02 0007 636f6e6e656374 00 3ff0000000000000 11 0a 0b 01 07 617070 06 09 6c697665 01"));
  EXPECT_FALSE(peer.error());
  EXPECT_FALSE(peer.reply("_result").empty());
  const auto asked = peer.message(RtmpType::command_amf3, 1,
                                  hex("06 0f 7075626c697368 04 05 01 06 09 64656d6f 06 09 6c697665"));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(std::get<RtmpPublishAsked>(asked[0]).name, "demo");
  const auto data =
      peer.message(RtmpType::data_amf3, 1, hex("06 15 6f6e4d65746144617461 09 01 0b 7769647468 04 8550 01"));
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(std::get<RtmpMetadata>(data[0]).data.number("width"), 720);
}

TEST(RtmpSession, MetadataComesInEveryFormAndBrokenDataIsLeftAside) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.publish();
  Amf0Object data;
  data.properties = {{"width", 720}};
  const auto width = [&](const std::vector<Amf0Value>& values) {
    const auto events = peer.message(RtmpType::data_amf0, 1, write_amf0(values));
    return events.empty() ? -1 : std::get<RtmpMetadata>(events[0]).data.number("width");
  };
  EXPECT_EQ(width({"@setDataFrame", "onMetaData", data}), 720);
  EXPECT_EQ(width({"onMetaData", data}), 720);
  EXPECT_EQ(width({"@setDataFrame", "onMetaData"}), -1);
  EXPECT_EQ(width({"@clearDataFrame", "onMetaData"}), -1);
  EXPECT_EQ(width({"onCuePoint", data}), -1);
  EXPECT_EQ(width({"onMetaData", 5}), -1);
  EXPECT_TRUE(peer.message(RtmpType::data_amf0, 1, hex("07 0000")).empty());
  EXPECT_TRUE(peer.message(RtmpType::data_amf3, 1, {}).empty());
  EXPECT_FALSE(peer.error());
}

TEST(RtmpSession, ACommandOfValuesWeCannotReadDoesNotEndAStream) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.publish();
  peer.message(RtmpType::command_amf0, 1, hex("02 0004 63616c6c 00 0000000000000000 07 0000"));
  EXPECT_FALSE(peer.error());
  EXPECT_EQ(peer.message(RtmpType::video, 1, hex("1701000000"), 40).size(), 1u);
  peer.message(RtmpType::command_amf0, 1, hex("02 00ff 63616c6c"));
  EXPECT_TRUE(peer.error()) << "a torn one does: the chunks cannot be trusted any more";
}

TEST(RtmpSession, ARefusedPublishHearsWhy) {
  Peer peer;
  peer.accepting = false;
  peer.handshake();
  peer.connect();
  peer.publish();
  EXPECT_EQ(peer.status_code(), "NetStream.Publish.BadName");
  EXPECT_EQ(peer.reply("onStatus")[3].object()->text("level"), "error");
}

TEST(RtmpSession, TheFirstOfTheClosingCommandsEndsTheStreamOnce) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.publish();
  auto events = peer.command({"FCUnpublish", 6, Amf0Value(), "demo"});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RtmpPublishEnded>(events[0]));
  EXPECT_TRUE(peer.command({"deleteStream", 7, Amf0Value(), 1}).empty());
  EXPECT_TRUE(peer.message(RtmpType::video, 1, hex("2701000000")).empty());
}

// RTMP 1.0, 7.2.2.1, figure 5, and what players look for besides.
TEST(RtmpSession, PlayIsAnsweredInTheOrderPlayersExpect) {
  Peer peer;
  peer.handshake();
  peer.connect("live?app=1", "rtmp://host/live?app=1");
  peer.forget();
  const auto events = peer.play();
  ASSERT_EQ(events.size(), 1u);
  const auto& asked = std::get<RtmpPlayAsked>(events[0]);
  EXPECT_EQ(asked.name, "demo");
  EXPECT_EQ(asked.query, "token=t&app=1");
  EXPECT_EQ(peer.told(), (std::vector<std::string>{"StreamBegin", "NetStream.Play.Reset",
                                                   "NetStream.Play.Start", "|RtmpSampleAccess"}));
  EXPECT_TRUE(peer.session().playing());
}

TEST(RtmpSession, WhatCannotBePlayedIsRefusedInWords) {
  Peer peer;
  peer.accepting = false;
  peer.handshake();
  peer.connect();
  peer.play();
  EXPECT_EQ(peer.status_code(), "NetStream.Play.StreamNotFound");
  EXPECT_FALSE(peer.error());
}

// A feed's chunks name stream 1: on another one the player would hear nothing.
TEST(RtmpSession, OnlyTheFirstStreamPlaysAndANumberGivenBackIsGivenAgain) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.command({"createStream", 2, Amf0Value()});
  peer.command({"createStream", 3, Amf0Value()});
  peer.forget();
  EXPECT_TRUE(peer.command({"play", 4, Amf0Value(), "demo"}, 2).empty());
  EXPECT_EQ(peer.status_code(), "NetStream.Play.Failed");
  peer.command({"deleteStream", 0, Amf0Value(), 1});
  peer.forget();
  peer.command({"createStream", 5, Amf0Value()});
  EXPECT_EQ(peer.reply("_result").at(3), Amf0Value(1));
}

TEST(RtmpSession, APlayerMayPauseAndSeekAndStop) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.play();
  peer.forget();
  auto events = peer.command({"pause", 0, Amf0Value(), true, 1'000}, 1);
  EXPECT_TRUE(std::get<RtmpPauseAsked>(events.at(0)).paused);
  events = peer.command({"pause", 0, Amf0Value(), false, 1'000}, 1);
  EXPECT_FALSE(std::get<RtmpPauseAsked>(events.at(0)).paused);
  EXPECT_TRUE(peer.command({"seek", 0, Amf0Value(), 5'000}, 1).empty());
  EXPECT_TRUE(peer.command({"receiveVideo", 0, Amf0Value(), false}, 1).empty());
  EXPECT_TRUE(peer.message(RtmpType::user_control, 0, hex("0003 00000001 00000bb8")).empty());
  EXPECT_TRUE(std::holds_alternative<RtmpPlayEnded>(peer.command({"closeStream", 0, Amf0Value()}, 1).at(0)));
  EXPECT_TRUE(peer.command({"deleteStream", 0, Amf0Value(), 1}).empty());
  EXPECT_EQ(peer.told(), (std::vector<std::string>{"NetStream.Pause.Notify", "NetStream.Unpause.Notify",
                                                   "NetStream.Seek.Failed", "NetStream.Play.Stop"}));
}

TEST(RtmpSession, APlayerMayAskAgainAndHearsTheEnd) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.play("one");
  peer.forget();
  const auto events = peer.command({"play", 5, Amf0Value(), "two"}, 1);
  EXPECT_EQ(std::get<RtmpPlayAsked>(events.at(0)).name, "two");
  EXPECT_EQ(peer.told().at(1), "NetStream.Play.Reset");
  peer.forget();
  peer.session().end_play();
  peer.session().end_play();
  peer.hear_more();
  EXPECT_EQ(peer.told(),
            (std::vector<std::string>{"NetStream.Play.UnpublishNotify", "StreamEOF", "NetStream.Play.Stop"}));
  EXPECT_EQ(peer.command({"play", 6, Amf0Value(), "three"}, 1).size(), 1u);
}

TEST(RtmpSession, APublisherCannotPlayNorAPlayerPublish) {
  Peer publisher;
  publisher.handshake();
  publisher.connect();
  publisher.publish();
  publisher.command({"play", 6, Amf0Value(), "demo"}, 1);
  EXPECT_EQ(publisher.error()->reason, "rtmp.repeated");

  Peer player;
  player.handshake();
  player.connect();
  player.play();
  player.command({"publish", 6, Amf0Value(), "demo", "live"}, 1);
  EXPECT_EQ(player.error()->reason, "rtmp.repeated");
}

TEST(RtmpSession, LengthAndSubscriptionAreAnswered) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.forget();
  peer.command({"getStreamLength", 3, Amf0Value(), "demo"});
  EXPECT_EQ(peer.reply("_result").at(3), Amf0Value(0));
  peer.command({"FCSubscribe", 4, Amf0Value(), "demo"});
  EXPECT_EQ(peer.reply("onFCSubscribe").at(3).object()->text("code"), "NetStream.Play.Start");
}

TEST(RtmpSession, AnotherAppIsRefusedInWords) {
  Peer peer;
  peer.handshake();
  peer.connect("../../etc");
  EXPECT_EQ(peer.error()->reason, "rtmp.app");
  EXPECT_EQ(peer.reply("_error")[3].object()->text("code"), "NetConnection.Connect.InvalidApp");
}

TEST(RtmpSession, UnknownCallsAreAnsweredWhenTheyWantAnAnswer) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.command({"_checkbw", 2, Amf0Value()});
  peer.forget();
  peer.command({"dance", 3, Amf0Value()});
  EXPECT_EQ(peer.reply("_error").at(1), Amf0Value(3));
  peer.forget();
  peer.command({"dance", 0, Amf0Value()});
  EXPECT_TRUE(peer.messages().empty());
}

TEST(RtmpSession, PingsAreAnswered) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.forget();
  peer.message(RtmpType::user_control, 0, hex("0006 01020304"));
  ASSERT_EQ(peer.messages().size(), 1u);
  EXPECT_EQ(peer.messages()[0].body, hex("0007 01020304"));
}

// Some encoders stop when nobody acknowledges (RTMP 1.0, 5.4.3).
TEST(RtmpSession, BytesAreAcknowledgedEachWindow) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.publish();
  peer.message(RtmpType::window_ack_size, 0, hex("00002710"));  // 10,000 bytes
  peer.forget();
  peer.message(RtmpType::video, 1, std::vector<uint8_t>(20'000, 0x27));
  EXPECT_TRUE(peer.heard(RtmpType::acknowledgement));
}

// SRS#607: each createStream recursed (reliability.md 2.2, row 4).
TEST(RtmpSession, RepeatedCommandsRunIntoALimitNotIntoTheStack) {
  Peer peer;
  peer.handshake();
  peer.connect();
  for (int at = 0; at < kRtmpNetStreamsMax; ++at) peer.command({"createStream", 2, Amf0Value()});
  EXPECT_FALSE(peer.error());
  peer.command({"createStream", 2, Amf0Value()});
  EXPECT_EQ(peer.error()->reason, "rtmp.net_streams");

  Peer chatty;
  chatty.handshake();
  chatty.connect();
  for (int at = 0; at < kRtmpCommandsMax; ++at) chatty.command({"_checkbw", 2, Amf0Value()});
  EXPECT_EQ(chatty.error()->reason, "rtmp.commands");
}

TEST(RtmpSession, RepeatsAndCommandsOutOfOrderAreRefused) {
  Peer early;
  early.handshake();
  early.command({"publish", 1, Amf0Value(), "demo", "live"}, 1);
  EXPECT_EQ(early.error()->reason, "rtmp.order");

  Peer twice;
  twice.handshake();
  twice.connect();
  twice.connect();
  EXPECT_EQ(twice.error()->reason, "rtmp.repeated");

  Peer again;
  again.handshake();
  again.connect();
  again.publish();
  again.command({"publish", 6, Amf0Value(), "other", "live"}, 1);
  EXPECT_EQ(again.error()->reason, "rtmp.repeated");
}

TEST(RtmpSession, LargeMessagesWaitUntilPublishingIsAccepted) {
  Peer peer;
  peer.handshake();
  peer.connect();
  peer.message(RtmpType::video, 1, std::vector<uint8_t>(kRtmpCommandMessageMax + 1));
  EXPECT_EQ(peer.error()->reason, "rtmp.message");

  Peer publisher;
  publisher.handshake();
  publisher.connect();
  publisher.publish();
  EXPECT_EQ(publisher.message(RtmpType::video, 1, std::vector<uint8_t>(kRtmpCommandMessageMax + 1)).size(),
            1u);
}

TEST(RtmpSession, OneByteAtATimeSaysTheSame) {
  ByteWriter out;
  out.u8(3).bytes(std::vector<uint8_t>(2 * kRtmpHandshakeBytes));
  Amf0Object object;
  object.properties = {{"app", "live"}};
  write_rtmp_message(out, 3, {RtmpType::command_amf0, 0, 0, write_amf0({"connect", 1, object})}, 128);
  write_rtmp_message(out, 3,
                     {RtmpType::command_amf0, 1, 0, write_amf0({"publish", 2, Amf0Value(), "a?key=b"})}, 128);
  SeededRandom random(1);
  RtmpSession session(random);
  int asked = 0;
  for (const uint8_t byte : out.view()) {
    Bytes one(&byte, 1);
    const auto event = session.next(one);
    ASSERT_TRUE(event);
    if (*event) {
      ++asked;
      session.accept_publish();
    }
  }
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(session.publishing());
}

}  // namespace
}  // namespace vitrine
