// A connected TCP socket on one core. Reading and writing wait without holding the core; send() is the
// non-blocking door of the fan-out, which waits for nobody.
//
// Owns    the descriptor and its two time limits.
// Thread  the core whose loop it was made on.
// Never   buffers: what send() did not take is the caller's to keep. TLS goes below receive() and send()
//         of tcp.cc; callers see no difference.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "runtime/core.h"
#include "runtime/ring_socket.h"
#include "runtime/task.h"
#include "wire/byte_reader.h"

namespace vitrine {

class TcpSocket final : public RingSocket {
 public:
  TcpSocket();  // closed
  ~TcpSocket() override;
  TcpSocket(TcpSocket&&) noexcept;
  TcpSocket& operator=(TcpSocket&&) noexcept;

  // Takes over a connected stream descriptor (TCP, or a Unix socket pair in tests). Sets TCP_NODELAY.
  // Errors: `exhausted` "tcp.descriptor" when the loop cannot watch it; the descriptor is closed then.
  static Result<TcpSocket> adopt(Core& core, int descriptor);
  // Connects to a numeric address. Errors: `invalid_input` "tcp.address", `unavailable` "tcp.refused",
  // `timed_out` "tcp.timed_out".
  static Task<Result<TcpSocket>> connect(Core& core, std::string address, uint16_t port, Milliseconds time);

  bool is_open() const { return state_ != nullptr; }
  // Wakes whoever waits, with "tcp.closed". Bytes the kernel has taken are still delivered.
  void close();
  // Closes with RST: nothing more is delivered and the peer sees it at once.
  void abort();
  // No more bytes will be written; reading goes on.
  void finish_writing();

  // The next bytes, at least one; 0 when the peer has finished. `into` must live until the answer and
  // not be empty. Errors: `timed_out` "tcp.timed_out", `unavailable` "tcp.closed", "tcp.reset".
  Task<Result<size_t>> read_some(std::span<uint8_t> into);
  // All of `bytes`, which must live until the answer. The write limit counts anew with each part taken.
  Task<Result<void>> write_all(Bytes bytes);

  // Gives the kernel what it takes now, without waiting; 0: would block. At most 1,024 pieces a call.
  // Errors: `unavailable` "tcp.closed", "tcp.reset".
  Result<size_t> send(std::span<const iovec> pieces) override;
  // What has arrived, without waiting; nothing when there is nothing yet, 0 when the peer has finished.
  Result<std::optional<size_t>> receive(std::span<uint8_t> into);
  // Until send() takes bytes, or receive() has some (or the end). One waiter each at a time.
  Task<Result<void>> wait_writable();
  Task<Result<void>> wait_readable();

  // Calls `wake` once when send() may take bytes again, or fails; now and then early, never after close().
  void when_writable(std::function<void()> wake) override;

  // How long one wait for reading or writing may last; zero: for ever. Counts from the next wait.
  void set_read_limit(Milliseconds time);
  void set_write_limit(Milliseconds time);

  // Bounds what the kernel holds unsent before it says "would block" (TCP_NOTSENT_LOWAT).
  void set_unsent_limit(int bytes);
  // Bytes taken but not yet acknowledged by the peer (SIOCOUTQ).
  size_t unsent_bytes() const override;

  // "192.0.2.7" or "2001:db8::1"; an IPv4 peer of an IPv6 listener is written as IPv4.
  const std::string& peer_address() const;
  uint16_t peer_port() const;
  int descriptor() const;  // -1 when closed

 private:
  struct State;
  enum class Direction : uint8_t { reading, writing };
  static Task<Result<void>> wait(std::shared_ptr<State> state, Direction direction);
  explicit TcpSocket(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the waits under way, which close() ends
};

}  // namespace vitrine
