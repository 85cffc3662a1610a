// What RFC 6455 asks of a server, case by case, in the groups of the Autobahn test suite. Each case is
// what a client sends and what comes of it; all of them run whole, byte by byte, and cut at every byte.
#include <gtest/gtest.h>

#include "net/websocket_frame.h"
#include "testing/websocket_client.h"

namespace vitrine {
namespace {

constexpr size_t kMessageMax = 70'000;

struct Case {
  std::string name;
  std::string sent;
  std::string outcome;  // "text:hello ping:x close:1000/bye", then "!reason" if it failed
};

// The sent bytes through a parser in parts of `part` bytes, written as an outcome.
std::string outcome_of(std::string_view sent, size_t part) {
  WebSocketParser parser(kMessageMax);
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
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
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

std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (const auto& group : {framing(), pings(), reserved(), fragments(), utf8(), closes(), limits()})
    out.insert(out.end(), group.begin(), group.end());
  return out;
}

TEST(WebSocketConformance, EveryCaseWholeAndInParts) {
  const auto cases = all_cases();
  EXPECT_GE(cases.size(), 100u);
  for (const Case& one : cases) {
    for (const size_t part : {size_t{1}, size_t{7}, one.sent.size()})
      EXPECT_EQ(outcome_of(one.sent, part), one.outcome) << one.name << " in parts of " << part;
  }
}

// However it is cut off, the outcome is a beginning of the whole one.
TEST(WebSocketConformance, EveryTruncation) {
  for (const Case& one : all_cases()) {
    if (one.sent.size() > 1000) continue;
    for (size_t size = 0; size < one.sent.size(); ++size) {
      const std::string partial = outcome_of(std::string_view(one.sent).substr(0, size), one.sent.size());
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
