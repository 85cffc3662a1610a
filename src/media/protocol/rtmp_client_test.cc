#include "media/protocol/rtmp_client.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <deque>

#include "testing/hex_bytes.h"

namespace vitrine {
namespace {

// Our client and our server's session talking in memory, `step` bytes at a time.
class Talk {
 public:
  explicit Talk(size_t step = 4'096) : step_(step) {}

  // Carries bytes both ways until nobody has anything to say.
  void run() {
    for (bool said = true; said;) {
      said = false;
      for (Bytes rest = hold(client_.take_output()); !rest.empty(); said = true) {
        Bytes in = rest.first(std::min(step_, rest.size()));
        rest = rest.subspan(in.size());
        serve(in);
      }
      for (Bytes rest = hold(session_.take_output()); !rest.empty(); said = true) {
        Bytes in = rest.first(std::min(step_, rest.size()));
        rest = rest.subspan(in.size());
        listen(in);
      }
    }
  }
  // Bytes of the server that are not the session's: a feed's.
  void hear(Bytes bytes) { listen(bytes); }

  RtmpSession& session() { return session_; }
  RtmpClient& client() { return client_; }
  std::vector<RtmpEvent> asked;
  std::vector<RtmpEvent> heard;
  std::optional<Error> error;
  bool accepting = true;

 private:
  Bytes hold(std::vector<uint8_t> bytes) {  // lives as long as the talk
    held_.push_back(std::move(bytes));
    return held_.back();
  }
  void serve(Bytes in) {
    while (true) {
      auto event = session_.next(in);
      ASSERT_TRUE(event) << event.error().reason;
      if (!*event) return;
      asked.push_back(**std::move(event));
      ASSERT_TRUE(std::holds_alternative<RtmpPlayAsked>(asked.back()));
      if (accepting)
        session_.accept_play();
      else
        session_.refuse_play("NetStream.Play.StreamNotFound", "not live");
    }
  }
  void listen(Bytes in) {
    while (!error) {
      auto event = client_.next(in);
      if (!event) {
        error = event.error();
        return;
      }
      if (!*event) return;
      heard.push_back(**std::move(event));
    }
  }

  size_t step_;
  SeededRandom random_{1};
  RtmpSession session_{random_};
  RtmpClient client_{{"live", "rtmp://host:1935/live", "demo?token=t"}, random_};
  std::deque<std::vector<uint8_t>> held_;
};

std::vector<uint8_t> feed_bytes() {
  ByteWriter out;
  Amf0Object data;
  data.properties = {{"width", 720}};
  write_rtmp_message(out, 5, {RtmpType::data_amf0, 1, 0, write_amf0({"onMetaData", data})}, kRtmpChunkOut);
  write_rtmp_message(out, 6, {RtmpType::video, 1, 0x1000000, std::vector<uint8_t>(70'000, 0x17)},
                     kRtmpChunkOut);
  write_rtmp_message(out, 4, {RtmpType::audio, 1, 0x1000005, hex("af011210")}, kRtmpChunkOut);
  return out.take();
}

TEST(RtmpClient, PlaysWhatASessionOffers) {
  Talk talk;
  talk.run();
  ASSERT_EQ(talk.asked.size(), 1u);
  EXPECT_EQ(std::get<RtmpPlayAsked>(talk.asked[0]).name, "demo");
  EXPECT_EQ(std::get<RtmpPlayAsked>(talk.asked[0]).query, "token=t");
  EXPECT_TRUE(talk.client().playing());
  talk.hear(feed_bytes());
  ASSERT_EQ(talk.heard.size(), 3u);
  EXPECT_EQ(std::get<RtmpMetadata>(talk.heard[0]).data.number("width"), 720);
  EXPECT_EQ(std::get<RtmpMedia>(talk.heard[1]).body.size(), 70'000u);
  EXPECT_EQ(std::get<RtmpMedia>(talk.heard[2]).time_ms, 0x1000005u);
  talk.session().end_play();
  talk.run();
  EXPECT_TRUE(std::holds_alternative<RtmpPlayEnded>(talk.heard.back()));
}

TEST(RtmpClient, HoweverTheBytesAreCutTheTalkIsTheSame) {
  rc::check([] {
    Talk talk(*rc::gen::inRange<size_t>(1, 2'000));
    talk.run();
    RC_ASSERT(!talk.error);
    RC_ASSERT(talk.client().playing());
    RC_ASSERT(talk.asked.size() == 1);
  });
}

TEST(RtmpClient, AStreamTheServerDoesNotHaveIsNotFound) {
  Talk talk;
  talk.accepting = false;
  talk.run();
  ASSERT_TRUE(talk.error);
  EXPECT_EQ(talk.error->reason, "rtmp.not_found");
}

// What a server of our own making says to the client, after a handshake and whatever it takes to `play`.
class Server {
 public:
  Server() {
    std::vector<uint8_t> greeting(1 + 2 * 1'536);
    greeting[0] = 3;
    EXPECT_FALSE(say(greeting));
  }
  std::optional<Error> say(Bytes bytes) {
    while (true) {
      auto event = client_.next(bytes);
      if (!event) return event.error();
      if (!*event) return std::nullopt;
      heard.push_back(**std::move(event));
    }
  }
  std::optional<Error> command(const std::vector<Amf0Value>& values) {
    ByteWriter out;
    write_rtmp_message(out, 3, {RtmpType::command_amf0, 0, 0, write_amf0(values)}, kRtmpChunkDefault);
    return say(out.view());
  }
  std::vector<RtmpEvent> heard;

 private:
  SeededRandom random_{1};
  RtmpClient client_{{"app", "rtmp://host/app", "x"}, random_};
};

TEST(RtmpClient, ARefusedConnectSaysSo) {
  Server server;
  const auto refused = server.command({"_error", 1, Amf0Value(), rtmp_status("error", "rejected", "no")});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason, "rtmp.refused");
}

TEST(RtmpClient, MediaBeforePlayStartIsTaken) {
  Server server;
  EXPECT_FALSE(server.command({"onBWDone", 0, Amf0Value()}));
  EXPECT_FALSE(server.command({"_result", 1, Amf0Value(), rtmp_status("status", "ok", "")}));
  ByteWriter out;
  write_rtmp_message(out, 4, {RtmpType::audio, 1, 0, hex("af011210")}, kRtmpChunkDefault);
  EXPECT_FALSE(server.say(out.view()));
  EXPECT_TRUE(server.heard.empty()) << "nothing was asked for yet";
  EXPECT_FALSE(server.command({"_result", 2, Amf0Value(), 1}));
  EXPECT_FALSE(server.say(out.view()));
  EXPECT_EQ(server.heard.size(), 1u);
}

TEST(RtmpClient, AStreamNumberThatIsNoneIsRefused) {
  for (const double number : {-1.0, 1e18, std::numeric_limits<double>::quiet_NaN()}) {
    Server server;
    EXPECT_FALSE(server.command({"_result", 1, Amf0Value(), rtmp_status("status", "ok", "")}));
    EXPECT_EQ(server.command({"_result", 2, Amf0Value(), number})->reason, "rtmp.order");
  }
}

TEST(RtmpClient, AServerThatTalksWithoutEndIsLeft) {
  Server server;
  std::optional<Error> left;
  for (int at = 0; at <= RtmpClient::kCommandsMax && !left; ++at) left = server.command({"onBWDone", 0});
  ASSERT_TRUE(left);
  EXPECT_EQ(left->reason, "rtmp.commands");
}

TEST(RtmpClient, AnotherVersionIsRefused) {
  SeededRandom random(1);
  RtmpClient client({"live", "rtmp://h/live", "x"}, random);
  const auto http = hex("48 54 54 50");
  Bytes in = http;
  EXPECT_EQ(client.next(in).error().reason, "rtmp.version");
}

}  // namespace
}  // namespace vitrine
