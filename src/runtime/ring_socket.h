// What the ring needs of a viewer: a socket that takes bytes, and somebody to tell what became of it.
// Both are borrowed: they must outlive the viewer's seat.
//
// Thread  the core of the seat.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/result.h"

namespace vitrine {

// Who has borrowed a socket's descriptor.
class DescriptorBorrower {
 public:
  // The descriptor is not to be used any more, and need not be given back.
  virtual void on_descriptor_gone() = 0;

 protected:
  ~DescriptorBorrower() = default;
};

class RingSocket {
 public:
  virtual ~RingSocket() = default;
  // A descriptor that takes plain bytes by sendmsg(), for who sends to many in a row and has no time to look
  // at each one's socket; -1: bytes go through send(). Lent to one borrower at a time, until it is given
  // back or the borrower hears that it is gone, which it does before the socket closes.
  virtual int lend_descriptor(DescriptorBorrower& /*borrower*/) { return -1; }
  virtual void give_descriptor_back() {}
  // Gives the kernel what it takes now: fewer bytes than given (or 0) when it is full. At most 1,024
  // pieces. An error means that the peer is gone.
  virtual Result<size_t> send(std::span<const iovec> pieces) = 0;
  // The same for bytes that other sockets of this core get too. `name` (not 0) is theirs alone: whoever
  // must copy them, copies them once.
  virtual Result<size_t> send_shared(std::span<const iovec> pieces, uint64_t /*name*/) {
    return send(pieces);
  }
  // Fetches into the cache what send() looks at: asked a little ahead of it, when many are sent to in a row.
  virtual void prefetch() const {}
  // Calls `wake` once, later, when send() may take more. Asked only after a send that took less than
  // given, one wish at a time.
  virtual void when_writable(std::function<void()> wake) = 0;
  // Bytes taken that the peer has not acknowledged yet.
  virtual size_t unsent_bytes() const = 0;
};

enum class SeatEnd : uint8_t {
  peer_gone,   // a send failed
  stalled,     // it took nothing for RingPolicy::stall_max
  feed_ended,  // everything up to the end has been handed to the kernel
};

// Called from the core's loop, never from within a call of the seat.
class RingListener {
 public:
  virtual ~RingListener() = default;
  // Nothing more is sent. The listener closes the connection and destroys the seat when it likes.
  virtual void on_seat_end(SeatEnd end) = 0;
  // Only with LagPolicy::ask: the viewer has, or gets, all slabs below `lost_from`, and waits for
  // RingSeat::resume().
  virtual void on_lagged(uint64_t /*lost_from*/) {}
};

}  // namespace vitrine
