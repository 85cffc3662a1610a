// One HTTP/1.1 connection: reads requests one after the other, answers each before it looks at the next.
//
// Owns    the socket, and bytes received beyond the current request.
// Thread  the core that accepted it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "net/connection.h"
#include "net/dispatch.h"
#include "net/http_parser.h"
#include "net/request_metrics.h"
#include "runtime/stop_gate.h"
#include "runtime/tcp.h"

namespace vitrine {

// What the sessions of one core share. Outlives them.
struct SessionShared {
  Core& core;
  const Clock& clock;
  const Dispatcher& dispatcher;
  RequestMetrics& metrics;
  StopGate& gate;
  std::vector<uint8_t>& scratch;  // where bytes land before the session that reads copies them
  const bool& draining;
  TlsDoor* tls;  // null: nobody asks for TLS here

  bool tls_required() const { return tls != nullptr && tls->required(); }
};

// A connection that a stream handler has taken over: what it does with it, not begun yet.
struct Takeover {
  std::string_view operation;  // of the route
  Task<void> playing;
};

class HttpSession {
 public:
  HttpSession(SessionShared shared, TcpSocket socket);

  // The connection's life as far as it is HTTP, which `pass` keeps the gate open for. What is returned is to
  // be run by play_on(), once the session and all it holds are gone: a viewer stays for hours.
  Task<std::optional<Takeover>> run(StopGate::Pass pass);
  // Wakes and ends it: at once when `idle_only` is false, else only between requests.
  void close(bool idle_only);

 private:
  enum class Next : uint8_t { request, close };
  struct Exchange;

  Task<Result<void>> receive(Milliseconds limit);
  Task<Result<void>> read_head(HttpParser* parser);
  Task<Result<void>> read_body(HttpParser* parser);
  Task<Next> serve(Exchange* exchange);
  Task<Next> refuse_unread(Exchange* exchange, HttpResponse response);
  Next hand_over(const Exchange& exchange, Dispatcher::Admitted admitted);
  Task<Next> send(Exchange* exchange, HttpResponse response, Next next);
  Task<void> send_parse_problem(Error error);
  Task<void> linger();
  Task<Result<void>> write(std::string head, std::string_view body);
  void identify(HttpRequest& request) const;
  Milliseconds setting(const IntegerKey& key) const;

  SessionShared shared_;
  TcpSocket socket_;
  std::vector<uint8_t> received_;
  std::optional<StopGate::Pass> pass_;
  std::optional<Takeover> takeover_;
  bool idle_ = false;
  bool first_ = true;
};

// Runs the stream handler to its end.
Task<void> play_on(Takeover takeover);

}  // namespace vitrine
