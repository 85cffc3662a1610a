// A connected TCP socket on one core. Reading and writing wait without holding the core; send() is the
// non-blocking door of the fan-out, which waits for nobody.
//
// TLS is below receive() and send(): an accepted socket finds out from the first byte, and callers see no
// difference (tcp_tls.cc).
//
// Owns    the descriptor and its two time limits.
// Thread  the core whose loop it was made on.
// Never   buffers plain bytes: what send() did not take is the caller's to keep. With TLS up to a few
//         encrypted records wait for the kernel; they leave by themselves, also after close().
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
#include "runtime/tls_door.h"
#include "wire/byte_reader.h"

namespace vitrine {

// What becomes of an accepted connection that speaks no TLS while tls.required is on.
enum class PlainRule : uint8_t {
  close,   // its first read fails with "tls.required"
  answer,  // it goes on: whoever reads it looks at secure() and refuses in its own words
};

class TcpSocket final : public RingSocket {
 public:
  TcpSocket();  // closed
  ~TcpSocket() override;
  TcpSocket(TcpSocket&&) noexcept;
  TcpSocket& operator=(TcpSocket&&) noexcept;

  // Takes over a connected stream descriptor (TCP, or a Unix socket pair in tests). Sets TCP_NODELAY.
  // Errors: `exhausted` "tcp.descriptor" when the loop cannot watch it; the descriptor is closed then.
  static Result<TcpSocket> adopt(Core& core, int descriptor);
  // The same for a peer that may speak TLS: its first byte says so. Until then and while hands are shaken
  // there is nothing to receive; whoever waits for reading gets an error when that fails: `unavailable`
  // "tls.handshake", "tcp.closed", `timed_out` "tls.timed_out", `invalid_input` "tls.greeting",
  // `forbidden` "tls.required". What is sent before the first byte has come goes out plain.
  static Result<TcpSocket> accept(Core& core, int descriptor, std::shared_ptr<TlsDoor> door, PlainRule rule);
  // Connects to a numeric address. Errors: `invalid_input` "tcp.address", `unavailable` "tcp.refused",
  // `timed_out` "tcp.timed_out".
  static Task<Result<TcpSocket>> connect(Core& core, std::string address, uint16_t port, Milliseconds time);

  // Goes over to TLS as its client, within `time`; nothing must have been sent or received yet. `host` is
  // the server's name or address, which its certificate must be for unless the context trusts anybody.
  // Errors: `unavailable` "tls.handshake", "tcp.closed", `timed_out` "tls.timed_out".
  Task<Result<void>> start_tls(std::shared_ptr<const TlsContext> context, std::string host,
                               Milliseconds time);
  // Whether what is received and sent is under TLS.
  bool secure() const;

  bool is_open() const { return state_ != nullptr; }
  // Wakes whoever waits, with "tcp.closed". Bytes that send() has taken are still delivered.
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
  Result<size_t> send(std::span<const iovec> pieces) override { return send_shared(pieces, 0); }
  Result<size_t> send_shared(std::span<const iovec> pieces, uint64_t name) override;
  int lend_descriptor(DescriptorBorrower& borrower) override;
  void give_descriptor_back() override;
  // What send() does to an open socket without TLS.
  static Result<size_t> send_plain(int descriptor, std::span<const iovec> pieces);
  void prefetch() const override { __builtin_prefetch(state_.get()); }
  // What has arrived, without waiting; nothing when there is nothing yet, 0 when the peer has finished.
  Result<std::optional<size_t>> receive(std::span<uint8_t> into);
  // Until send() takes bytes, or receive() has some (or the end). One waiter each at a time.
  Task<Result<void>> wait_writable();
  Task<Result<void>> wait_readable();

  // Calls `wake` once when send() may take bytes again, or fails; now and then early, never after close().
  void when_writable(std::function<void()> wake) override;

  // The same for receive(), which then has bytes, the end or an error.
  void when_readable(std::function<void()> wake);

  // Kept until the socket has closed, and let go of on its core.
  void keep(std::shared_ptr<const void> companion);

  // How long one wait for reading or writing may last; zero: for ever. Counts from the next wait.
  void set_read_limit(Milliseconds time);
  void set_write_limit(Milliseconds time);

  // Reads at a beat instead of as soon as bytes come: wait_readable() answers at the next multiple of `every`
  // on the core's clock, whether there are bytes or not, and the loop is not woken before. For who sends many
  // small messages that nobody looks at sooner: all such sockets of a core are read in one turn. Zero: off.
  // At a beat the read limit does not count.
  void set_read_beat(Milliseconds every);

  // Bounds what the kernel holds unsent before it says "would block" (TCP_NOTSENT_LOWAT).
  void set_unsent_limit(int bytes);
  // Bytes taken but not yet acknowledged by the peer (SIOCOUTQ, and what waits for the kernel under TLS).
  size_t unsent_bytes() const override;

  // "192.0.2.7" or "2001:db8::1"; an IPv4 peer of an IPv6 listener is written as IPv4.
  const std::string& peer_address() const;
  uint16_t peer_port() const;
  int descriptor() const;  // -1 when closed

 private:
  struct State;
  enum class Direction : uint8_t { reading, writing };
  static Task<Result<void>> wait(std::shared_ptr<State> state, Direction direction);
  static Task<Result<void>> wait_beat(std::shared_ptr<State> state);
  static Task<Result<void>> shake_hands(std::shared_ptr<State> state, Milliseconds time);
  static Task<Result<void>> take_steps(std::shared_ptr<State> state);
  explicit TcpSocket(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  // shared with the waits under way, which close() ends
};

}  // namespace vitrine
