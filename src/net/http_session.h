// One HTTP/1.1 connection: reads requests one after the other, answers each before it looks at the next.
//
// Owns    the socket, and bytes received beyond the current request.
// Thread  the core that accepted it.
#pragma once

#include <memory>
#include <vector>

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

class HttpSession {
 public:
  HttpSession(SessionShared shared, TcpSocket socket);

  // The connection's life. `pass` keeps the gate open until it ends or a stream handler takes over.
  Task<void> run(StopGate::Pass pass);
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
  Task<Next> hand_over(Exchange* exchange, Dispatcher::Admitted admitted);
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
  bool idle_ = false;
  bool first_ = true;
};

}  // namespace vitrine
