// A blocking HTTP/1.1 client for tests: one connection, sends what it is told, also nonsense.
//
//   HttpClient client(server.port());
//   const auto reply = client.post("/v1/rooms", R"({"room":"demo"})", {{"Idempotency-Key", "k1"}});
//   EXPECT_EQ(reply.status, 201);
//
// Owns    the connection, and the cookies it was given, which it sends back.
// Thread  the test's. Every read ends after ten seconds.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace vitrine {

struct ClientReply {
  int status = 0;  // 0: the connection ended or the answer was none
  HttpHeaders headers;
  std::string body;

  // The body as JSON; null when it is none.
  boost::json::value json() const;
  // The problem document's slug; empty when the body is none.
  std::string slug() const;
};

class HttpClient {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit HttpClient(uint16_t port, const std::string& address = "127.0.0.1");
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // A request and its answer. Connects anew when the server closed the connection after the last answer.
  // Adds Host, Content-Length, Content-Type: application/json for a body, cookies, and `always`.
  ClientReply request(std::string_view method, std::string_view path, std::string_view body = {},
                      const Headers& headers = {});
  ClientReply get(std::string_view path, const Headers& headers = {}) {
    return request("GET", path, {}, headers);
  }
  ClientReply post(std::string_view path, std::string_view body, const Headers& headers = {}) {
    return request("POST", path, body, headers);
  }

  // Raw bytes out, and the next answer in. `head_only`: the answer to a HEAD.
  void write(std::string_view bytes);
  ClientReply read_reply(bool head_only = false);
  // Up to `count` bytes, fewer only at the end of the connection.
  std::string read_bytes(size_t count);
  // Whether the server has ended the connection (waits for it, at most ten seconds) with nothing more to
  // read.
  bool ended();
  void reconnect();

  std::map<std::string, std::string> cookies;
  Headers always;  // sent with every request: X-CSRF-Token

 private:
  bool fill();  // reads more; false at the end
  void take_cookies(const HttpHeaders& headers);

  std::string address_;
  uint16_t port_;
  int fd_ = -1;
  std::string received_;
};

}  // namespace vitrine
