// What a TcpSocket holds; for tcp.cc and tcp_tls.cc alone.
//
//   phase   undecided -> open                              the first byte is not TLS
//           undecided -> greeting -> shaking -> open       it is
//           open -> shaking -> open                        as a client (start_tls)
//
// Owns    the descriptor, the time limits, the TLS session.
// Thread  the core.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>

#include "runtime/beats.h"
#include "runtime/deadline.h"
#include "runtime/tcp.h"
#include "runtime/tls_session.h"

namespace vitrine {

struct TcpPeer {
  std::string address;
  uint16_t port = 0;
};

struct TcpSocket::State : std::enable_shared_from_this<TcpSocket::State> {
  struct Limit {
    Limit(boost::asio::io_context& io, State& state)
        : deadline(io, [this, &state] {
            expired = true;
            state.wake();
          }) {}
    Deadline deadline;
    Milliseconds time{0};
    bool expired = false;
  };
  enum class Phase : uint8_t { undecided, greeting, shaking, open };

  State(Core& core, int fd);

  // Ends the waits of both directions; the one that still has time waits again.
  void wake() {
    boost::system::error_code ignored;
    descriptor.cancel(ignored);
    if (beat.count() > 0) beats.hurry(this);
  }
  // Says goodbye and lets what waits leave; the descriptor goes when it has, or kFarewellTime is over.
  void close();
  // The end at once.
  void drop();

  // tcp_tls.cc.
  // Looks at the first byte; nothing when none has come.
  Result<void> decide();
  // Reads on in the ClientHello; true when its first record is whole.
  Result<bool> read_greeting();
  // Gives what waits to the kernel now and whenever it has room, until nothing waits.
  void keep_flushing();
  size_t waiting() const { return tls ? tls->waiting() : 0; }

  static constexpr Milliseconds kFarewellTime{5'000};

  Core& core;
  // What every send looks at lies together at the front, where TcpSocket::prefetch() fetches it.
  std::unique_ptr<TlsSession> tls;
  Phase phase = Phase::open;
  bool closed = false;  // its owner has let go
  boost::asio::posix::stream_descriptor descriptor;
  TcpPeer peer;
  Limit read;
  Limit write;
  Beats& beats;
  Milliseconds beat{0};  // reading at it; zero: as bytes come
  bool drained = false;  // the last receive() at a beat took all there was: no use to ask before the next
  DescriptorBorrower* borrower = nullptr;
  std::shared_ptr<const void> companion;
  bool finishing = false;  // no more is to be sent once nothing waits
  bool flushing = false;   // keep_flushing() waits for room
  bool late = false;       // the handshake's time is over
  PlainRule rule = PlainRule::close;
  std::vector<uint8_t> greeting;
  std::shared_ptr<TlsDoor> door;  // until the handshake is over
};

}  // namespace vitrine
