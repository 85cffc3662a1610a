// A TCP socket as the ring sees it.
//
// Owns    nothing: borrows the socket, which must outlive the seat.
// Thread  the socket's core.
#pragma once

#include "runtime/core.h"
#include "runtime/ring_socket.h"
#include "runtime/tcp.h"

namespace vitrine {

class TcpRingSocket final : public RingSocket {
 public:
  TcpRingSocket(Core& core, TcpSocket& socket) : core_(core), socket_(socket) {}

  Result<size_t> send(std::span<const iovec> pieces) override { return socket_.send(pieces); }
  void when_writable(std::function<void()> wake) override;
  size_t unsent_bytes() const override { return socket_.unsent_bytes(); }

 private:
  Core& core_;
  TcpSocket& socket_;
};

}  // namespace vitrine
