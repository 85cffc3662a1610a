// What RFC 6455 and RFC 7692 ask of a server, case by case, in the groups of the Autobahn test suite. Each
// case is what a client sends and what comes of it; all of them run whole, byte by byte, and cut at every
// byte.
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "net/websocket_deflate.h"
#include "net/websocket_frame.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr size_t kMessageMax = 70'000;

struct Case {
  std::string name;
  std::string sent;
  std::string outcome;  // "text:hello ping:x close:1000/bye", then "!reason" if it failed
  WebSocketDeflate deflate = WebSocketDeflate::off;
};

// The sent bytes through a parser in parts of `part` bytes, written as an outcome.
std::string outcome_of(std::string_view sent, size_t part, WebSocketDeflate deflate) {
  WebSocketParser parser(kMessageMax, deflate);
  std::string out;
  while (!sent.empty()) {
    Bytes bytes = as_bytes(sent.substr(0, part));
    sent.remove_prefix(bytes.size());
    for (;;) {
      const auto message = parser.next(bytes);
      if (!message) return out + "!" + std::string(message.error().reason.substr(10));
      if (!*message) break;
      const WebSocketMessage& one = **message;
      if (!out.empty()) out += " ";
      switch (one.kind) {
        case WebSocketOpcode::text:
          out += "text:";
          break;
        case WebSocketOpcode::binary:
          out += "binary:";
          break;
        case WebSocketOpcode::ping:
          out += "ping:";
          break;
        case WebSocketOpcode::pong:
          out += "pong:";
          break;
        default:
          out += "close:" + std::to_string(one.close_code) + "/";
      }
      out += one.payload.size() > 40 ? std::to_string(one.payload.size()) : one.payload;
    }
  }
  return out;
}

std::string text(std::string_view payload, bool final = true) {
  return client_frame(WebSocketOpcode::text, payload, final);
}
std::string binary(std::string_view payload, bool final = true) {
  return client_frame(WebSocketOpcode::binary, payload, final);
}
std::string more(std::string_view payload, bool final = true) {
  return client_frame(WebSocketOpcode::continuation, payload, final);
}
std::string ping(std::string_view payload) {
  return client_frame(WebSocketOpcode::ping, payload);
}
std::string pong(std::string_view payload) {
  return client_frame(WebSocketOpcode::pong, payload);
}
std::string close(int code, std::string_view reason = {}) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return client_frame(WebSocketOpcode::close, payload.append(reason));
}
// Head bytes as given, then a mask of zeros.
std::string raw(std::initializer_list<int> bytes, std::string_view payload = {}) {
  std::string out;
  for (const int byte : bytes) out += static_cast<char>(byte);
  return out + std::string(4, '\0') + std::string(payload);
}

std::vector<Case> framing() {
  std::vector<Case> out;
  for (const size_t size : {0, 1, 2, 125, 126, 127, 128, 65'535, 65'536, 70'000}) {
    const std::string payload(size, '*');
    const std::string shown = size > 40 ? std::to_string(size) : payload;
    out.push_back({"1.1 text of " + std::to_string(size), text(payload), "text:" + shown});
    out.push_back({"1.2 binary of " + std::to_string(size), binary(payload), "binary:" + shown});
  }
  out.push_back(
      {"1.x length 125 in two bytes", raw({0x82, 0xFE, 0, 125}, std::string(125, 'x')), "!protocol"});
  out.push_back({"1.x length 65535 in eight bytes",
                 raw({0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, std::string(65'535, 'x')), "!protocol"});
  out.push_back({"1.x length with the top bit", raw({0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0}), "!protocol"});
  out.push_back({"1.x frame without a mask", std::string("\x81\x02hi"), "!protocol"});
  return out;
}

std::vector<Case> pings() {
  std::string ten;
  std::string ten_shown;
  for (int count = 0; count < 10; ++count) {
    ten += ping(std::to_string(count));
    ten_shown += (count > 0 ? " ping:" : "ping:") + std::to_string(count);
  }
  return {
      {"2.1 ping without payload", ping(""), "ping:"},
      {"2.2 ping with text", ping("Hello, world!"), "ping:Hello, world!"},
      {"2.3 ping with binary", ping(std::string("\x00\xff\xfe\xfd", 4)),
       "ping:" + std::string("\x00\xff\xfe\xfd", 4)},
      {"2.4 ping of 125", ping(std::string(125, '\xfe')), "ping:125"},
      {"2.5 ping of 126", ping(std::string(126, '\xfe')), "!protocol"},
      {"2.7 unasked pong without payload", pong(""), "pong:"},
      {"2.8 unasked pong with payload", pong("unasked"), "pong:unasked"},
      {"2.9 unasked pong, then ping", pong("a") + ping("b"), "pong:a ping:b"},
      {"2.10 ten pings", ten, ten_shown},
      {"2.x ping that is not final", client_frame(WebSocketOpcode::ping, "x", false), "!protocol"},
      {"2.x pong of 126", pong(std::string(126, 'x')), "!protocol"},
  };
}

std::vector<Case> reserved() {
  std::vector<Case> out;
  for (const int bits : {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70}) {
    const auto first = [&](int byte) { return static_cast<uint8_t>(0x80 | bits | byte); };
    out.push_back(
        {"3 reserved bits " + std::to_string(bits) + " on text", client_frame(first(1), "x"), "!protocol"});
    out.push_back(
        {"3 reserved bits " + std::to_string(bits) + " on ping", client_frame(first(9), ""), "!protocol"});
  }
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    out.push_back({"4 opcode " + std::to_string(opcode),
                   text("fine") + client_frame(static_cast<uint8_t>(0x80 | opcode), ""),
                   "text:fine!protocol"});
  }
  return out;
}

std::vector<Case> fragments() {
  return {
      {"5.1 ping in two fragments", client_frame(WebSocketOpcode::ping, "a", false) + more("b"), "!protocol"},
      {"5.2 pong in two fragments", client_frame(WebSocketOpcode::pong, "a", false) + more("b"), "!protocol"},
      {"5.3 text in two fragments", text("frag", false) + more("ment"), "text:fragment"},
      {"5.6 ping between two fragments", text("a", false) + ping("p") + more("b"), "ping:p text:ab"},
      {"5.7 the same for binary", binary("a", false) + ping("p") + more("b"), "ping:p binary:ab"},
      {"5.9 continuation of nothing", more("x"), "!protocol"},
      {"5.10 continuation of nothing, not final", more("x", false), "!protocol"},
      {"5.12 continuation, not final, then text", more("x", false) + text("y"), "!protocol"},
      {"5.15 text in two fragments, then a continuation of nothing", text("a", false) + more("b") + more("c"),
       "text:ab!protocol"},
      {"5.18 two first fragments", text("a", false) + text("b"), "!protocol"},
      {"5.18 binary inside text", text("a", false) + binary("b"), "!protocol"},
      {"5.19 five fragments and two pings",
       text("1", false) + more("2", false) + ping("p1") + more("3", false) + more("4", false) + ping("p2") +
           more("5"),
       "ping:p1 ping:p2 text:12345"},
      {"5.x empty fragments", text("", false) + more("", false) + more(""), "text:"},
      {"5.x empty last fragment", text("a", false) + more(""), "text:a"},
      {"5.x close between fragments", text("a", false) + close(1000), "close:1000/"},
      {"5.x binary after text", text("a") + binary("b"), "text:a binary:b"},
  };
}

std::vector<Case> utf8() {
  const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  return {
      {"6.1 empty text", text(""), "text:"},
      {"6.2 text of several bytes a character", text(greek), "text:" + greek},
      {"6.2 cut between characters", text(greek.substr(0, 2), false) + more(greek.substr(2)),
       "text:" + greek},
      {"6.2 cut inside a character", text(greek.substr(0, 3), false) + more(greek.substr(3)),
       "text:" + greek},
      {"6.3 a surrogate in UTF-8",
       text(greek + "\xed\xa0\x80"
                    "edited"),
       "!text"},
      {"6.4 fails at once, not at the end", text(greek + "\xf4\x90\x80\x80", false), "!text"},
      {"6.5 first possible characters", text(std::string("\x00", 1)), "text:" + std::string("\x00", 1)},
      {"6.6 a character that never ends", text("\xce"), "!text"},
      {"6.6 the same, cut", text("\xe1\xbd", false) + more(""), "!text"},
      {"6.7 shortest of two bytes", text("\xc2\x80"), "text:\xc2\x80"},
      {"6.7 shortest of three bytes", text("\xe0\xa0\x80"), "text:\xe0\xa0\x80"},
      {"6.7 shortest of four bytes", text("\xf0\x90\x80\x80"), "text:\xf0\x90\x80\x80"},
      {"6.8 five bytes", text("\xf8\x88\x80\x80\x80"), "!text"},
      {"6.8 six bytes", text("\xfc\x84\x80\x80\x80\x80"), "!text"},
      {"6.9 last of three bytes", text("\xef\xbf\xbf"), "text:\xef\xbf\xbf"},
      {"6.9 last of all", text("\xf4\x8f\xbf\xbf"), "text:\xf4\x8f\xbf\xbf"},
      {"6.10 one past the last", text("\xf4\x90\x80\x80"), "!text"},
      {"6.11 below the surrogates", text("\xed\x9f\xbf"), "text:\xed\x9f\xbf"},
      {"6.11 above the surrogates", text("\xee\x80\x80"), "text:\xee\x80\x80"},
      {"6.12 continuation first", text("\x80"), "!text"},
      {"6.14 first byte alone", text("\xc0 "), "!text"},
      {"6.16 FE and FF", text("\xfe\xff"), "!text"},
      {"6.18 overlong slash of two", text("\xc0\xaf"), "!text"},
      {"6.18 overlong slash of three", text("\xe0\x80\xaf"), "!text"},
      {"6.18 overlong slash of four", text("\xf0\x80\x80\xaf"), "!text"},
      {"6.20 low surrogate", text("\xed\xbf\xbf"), "!text"},
      {"6.x binary may be anything", binary("\xff\xfe"), "binary:\xff\xfe"},
  };
}

std::vector<Case> closes() {
  std::vector<Case> out = {
      {"7.1 message after close is still framed", close(1000) + text("late"), "close:1000/ text:late"},
      {"7.3.1 close without payload", client_frame(WebSocketOpcode::close, ""), "close:1005/"},
      {"7.3.2 close with one byte", client_frame(WebSocketOpcode::close, "x"), "!protocol"},
      {"7.3.4 close with a reason", close(1000, "bye"), "close:1000/bye"},
      {"7.3.5 the longest reason", close(1000, std::string(123, 'r')), "close:1000/123"},
      {"7.3.6 a reason too long", close(1000, std::string(124, 'r')), "!protocol"},
      {"7.5.1 a reason that is not UTF-8", close(1000, "\xce\xba\xed\xa0\x80"), "!text"},
      {"7.x close that is not final", client_frame(WebSocketOpcode::close, "", false), "!protocol"},
  };
  for (const int code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999})
    out.push_back({"7.7 code " + std::to_string(code), close(code), "close:" + std::to_string(code) + "/"});
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65'535})
    out.push_back({"7.9 code " + std::to_string(code), close(code), "!protocol"});
  return out;
}

std::vector<Case> limits() {
  const std::string half(kMessageMax / 2, 'x');
  return {
      {"9 one byte too many", text(std::string(kMessageMax + 1, 'x')), "!too_large"},
      {"9 too many over fragments", text(half, false) + more(half, false) + more("x"), "!too_large"},
      {"9 refused from the head alone", raw({0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}),
       "!too_large"},
      {"9 exactly the limit over fragments", text(half, false) + more(half), "text:70000"},
  };
}

// Each text cut into two fragments at every byte: what is said of it does not depend on the cut.
std::vector<Case> utf8_splits() {
  const std::string texts[] = {
      "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",  // Greek, two and three bytes
      "a\xe6\xa9\xb1\xe7\xaa\x97\xf0\x9f\x9b\x8d!",    // Chinese and an emoji
      "\xf4\x8f\xbf\xbf\xef\xbf\xbd",                  // the last character there is
      "\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80",          // the shortest of each length
      "ok\xed\xa0\x80ok",                              // a surrogate
      "ok\xf4\x90\x80\x80ok",                          // past the last
      "ok\xc0\xafok",                                  // overlong
      "ok\xe0\x80\xafok",
      "ok\xf0\x80\x80\xafok",
      "ok\xff\xfeok",
      "ok\x80ok",          // a continuation first
      "ok\xe6\xa9",        // ends inside a character
      "ok\xf0\x9f\x9bok",  // broken off by the next
  };
  std::vector<Case> out;
  for (const std::string& whole : texts) {
    const std::string outcome = count_utf8(whole) ? "text:" + whole : "!text";
    for (size_t cut = 0; cut <= whole.size(); ++cut) {
      out.push_back({"6.s " + whole + " cut at " + std::to_string(cut),
                     text(whole.substr(0, cut), false) + more(whole.substr(cut)), outcome});
    }
  }
  return out;
}

// The mask is the client's to choose, and goes on over the bytes of a frame however they are cut (5.3).
std::vector<Case> masks() {
  std::vector<Case> out;
  const std::string payload = "0123456789";
  for (const uint32_t mask : {0x00000000U, 0xFFFFFFFFU, 0x01020304U, 0x80000000U, 0x00000080U, 0xA5A55A5AU}) {
    std::string frame = "\x82\x8a";
    for (int at = 3; at >= 0; --at) frame += static_cast<char>(mask >> (8 * at));
    for (size_t at = 0; at < payload.size(); ++at)
      frame += static_cast<char>(payload[at] ^ static_cast<char>(mask >> (8 * (3 - at % 4))));
    out.push_back({"5.3 mask " + std::to_string(mask), frame, "binary:" + payload});
  }
  for (const int opcode : {0, 1, 2, 8, 9, 10}) {
    const std::string frame = {static_cast<char>(0x80 | opcode), 0};
    out.push_back({"5.1 no mask on opcode " + std::to_string(opcode), frame, "!protocol"});
  }
  return out;
}

std::string deflated_payload(std::string_view payload) {
  const auto bytes = MessageDeflater().deflate(as_bytes(payload));
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

constexpr int kRsv1 = 0x40;
// A deflated frame that begins a message.
std::string deflated(WebSocketOpcode opcode, std::string_view bytes, bool final = true) {
  const int first = (final ? 0x80 : 0) | kRsv1 | static_cast<int>(opcode);
  return client_frame(static_cast<uint8_t>(first), bytes);
}

// RFC 7692, 7.2.3 and what may go wrong with it.
std::vector<Case> inflation() {
  const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);                                // 7.2.3.1
  const std::string stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);              // 7.2.3.3
  const std::string final_block("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);                      // 7.2.3.4
  const std::string two_blocks("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13);  // 7.2.3.5
  const std::string empty("\x00", 1);                                                        // 7.2.3.6
  const std::string big = deflated_payload(std::string(kMessageMax, 'x'));
  const std::string bomb = deflated_payload(std::string(kMessageMax * 40, 'x'));
  constexpr auto kText = WebSocketOpcode::text;
  std::vector<Case> out = {
      {"7.2.3.1 one block", deflated(kText, hello), "text:Hello"},
      {"7.2.3.1 as binary", deflated(WebSocketOpcode::binary, hello), "binary:Hello"},
      {"7.2.3.1 in two fragments", deflated(kText, hello.substr(0, 3), false) + more(hello.substr(3)),
       "text:Hello"},
      {"7.2.3.1 with a ping between",
       deflated(kText, hello.substr(0, 3), false) + ping("p") + more(hello.substr(3)), "ping:p text:Hello"},
      {"7.2.3.2 twice without context", deflated(kText, hello) + deflated(kText, hello),
       "text:Hello text:Hello"},
      {"7.2.3.2 the second needs the first's context",
       deflated(kText, hello) + deflated(kText, std::string("\xf2\x00\x11\x00\x00", 5)),
       "text:Hello!deflate"},
      {"7.2.3.3 a stored block", deflated(kText, stored), "text:Hello"},
      {"7.2.3.4 a final block", deflated(kText, final_block), "text:Hello"},
      {"7.2.3.5 two blocks", deflated(kText, two_blocks), "text:Hello"},
      {"7.2.3.6 empty", deflated(kText, empty), "text:"},
      {"6.1 plain between deflated ones", deflated(kText, hello) + text("plain") + deflated(kText, hello),
       "text:Hello text:plain text:Hello"},
      {"6.1 RSV1 on a continuation",
       deflated(kText, hello.substr(0, 3), false) + client_frame(0x80 | kRsv1, hello.substr(3)), "!protocol"},
      {"6.1 RSV1 on a continuation of plain", text("a", false) + client_frame(0x80 | kRsv1, "b"),
       "!protocol"},
      {"6.1 RSV1 on a ping", client_frame(0x80 | kRsv1 | 9, hello), "!protocol"},
      {"6.1 RSV1 on a pong", client_frame(0x80 | kRsv1 | 10, hello), "!protocol"},
      {"6.1 RSV1 on a close", client_frame(0x80 | kRsv1 | 8, ""), "!protocol"},
      {"6.1 RSV2 as well", client_frame(0x80 | 0x60 | 1, hello), "!protocol"},
      {"6.1 RSV3 as well", client_frame(0x80 | 0x50 | 1, hello), "!protocol"},
      {"6.1 RSV1 with an unknown opcode", client_frame(0x80 | kRsv1 | 3, hello), "!protocol"},
      {"7.2.2 no deflate stream", deflated(kText, "\xff\xff\xff"), "!deflate"},
      {"7.2.2 a stream cut short", deflated(kText, hello.substr(0, 4)), "!deflate"},
      {"7.2.2 a stored block cut short", deflated(kText, stored.substr(0, 7)), "!deflate"},
      {"7.2.2 a stored block that denies its length",
       deflated(kText, std::string("\x00\x05\x00\x00\x00Hello\x00", 11)), "!deflate"},
      {"7.2.2 nothing at all", deflated(kText, ""), "!deflate"},
      {"7.2.2 text that is not UTF-8",
       deflated(kText, deflated_payload("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")), "!text"},
      {"7.2.2 text that ends inside a character",
       deflated(kText, deflated_payload("\xe6\xa9\xb1\xe6\xa9\xb1\xe6\xa9\xb1\xe6\xa9\xb1\xe6\xa9\xb1\xe6")),
       "!text"},
      {"9 inflates to the limit", deflated(kText, big), "text:70000"},
      {"9 inflates to one more", deflated(kText, deflated_payload(std::string(kMessageMax + 1, 'x'))),
       "!too_large"},
      {"9 a bomb", deflated(kText, bomb), "!too_large"},
      {"9 a bomb in fragments", deflated(kText, bomb.substr(0, 1), false) + more(bomb.substr(1)),
       "!too_large"},
  };
  for (Case& one : out) one.deflate = WebSocketDeflate::on;
  out.push_back({"5 RSV1 when nothing was agreed", deflated(kText, hello), "!protocol"});
  return out;
}

// What is sent and inflated is what was deflated, for every size around the limits of a frame's length.
std::vector<Case> round_trips() {
  std::vector<Case> out;
  for (const size_t size : {48, 64, 125, 126, 127, 128, 255, 256, 1'000, 4'095, 4'096, 4'097, 8'192, 16'384,
                            65'535, 65'536, 70'000}) {
    std::string payload;
    while (payload.size() < size)
      payload += "{\"kind\":\"chat\",\"n\":" + std::to_string(payload.size()) + "}";
    payload.resize(size);
    const std::string bytes = deflated_payload(payload);
    const std::string shown = "text:" + (size > 40 ? std::to_string(size) : payload);
    constexpr auto kText = WebSocketOpcode::text;
    out.push_back(
        {"12 deflated " + std::to_string(size), deflated(kText, bytes), shown, WebSocketDeflate::on});
    const size_t half = bytes.size() / 2;
    out.push_back({"12 in fragments " + std::to_string(size),
                   deflated(kText, bytes.substr(0, half), false) + more(bytes.substr(half)), shown,
                   WebSocketDeflate::on});
  }
  return out;
}

std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (const auto& group : {framing(), pings(), reserved(), fragments(), utf8(), utf8_splits(), masks(),
                            closes(), limits(), inflation(), round_trips()})
    out.insert(out.end(), group.begin(), group.end());
  return out;
}

TEST(WebSocketConformance, EveryCaseWholeAndInParts) {
  const auto cases = all_cases();
  EXPECT_GE(cases.size(), 300u);
  for (const Case& one : cases) {
    for (const size_t part : {size_t{1}, size_t{7}, one.sent.size()})
      EXPECT_EQ(outcome_of(one.sent, part, one.deflate), one.outcome) << one.name << " in parts of " << part;
  }
}

// However it is cut off, the outcome is a beginning of the whole one.
TEST(WebSocketConformance, EveryTruncation) {
  for (const Case& one : all_cases()) {
    if (one.sent.size() > 1000) continue;
    for (size_t size = 0; size < one.sent.size(); ++size) {
      const std::string partial =
          outcome_of(std::string_view(one.sent).substr(0, size), one.sent.size(), one.deflate);
      EXPECT_TRUE(one.outcome.starts_with(partial)) << one.name << " cut at " << size << ": " << partial;
    }
  }
}

TEST(WebSocketFrames, AFailedParserStaysFailed) {
  WebSocketParser parser(100);
  const std::string bad = more("x");
  Bytes bytes = as_bytes(bad);
  EXPECT_FALSE(parser.next(bytes));
  const std::string good = text("hi");
  bytes = as_bytes(good);
  EXPECT_FALSE(parser.next(bytes));
}

TEST(WebSocketFrames, HeadsOfServerFramesUseTheShortestForm) {
  const auto head = [](uint64_t size) {
    const WebSocketHead made = websocket_head(WebSocketOpcode::binary, size);
    return std::vector<uint8_t>(made.view().begin(), made.view().end());
  };
  using Raw = std::vector<uint8_t>;
  EXPECT_EQ(head(0), (Raw{0x82, 0}));
  EXPECT_EQ(head(125), (Raw{0x82, 125}));
  EXPECT_EQ(head(126), (Raw{0x82, 126, 0, 126}));
  EXPECT_EQ(head(65'535), (Raw{0x82, 126, 0xFF, 0xFF}));
  EXPECT_EQ(head(65'536), (Raw{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(WebSocketFrames, CloseReasonsAreCutBetweenCharacters) {
  std::string reason;
  for (int count = 0; count < 50; ++count) reason += "橱";  // 150 bytes
  const auto frame = websocket_close_frame(1008, reason);
  EXPECT_EQ(frame.size(), 2 + 2 + 123u);  // 41 characters of three bytes
  EXPECT_EQ(websocket_close_frame(websocket_close::kNoStatus, "x").size(), 2u);
}

}  // namespace
}  // namespace vitrine
