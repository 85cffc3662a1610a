// What the TLS connections of one core share: buffers that a send needs only while it runs, and the turns
// in which handshakes go.
//
// Owns    the buffers; one of each a core, whatever the number of connections.
// Thread  the core.
// Never   lets two steps of handshakes run without everything else that is ready in between: a signature
//         takes up to a millisecond, and a thousand who come at once must not hold up the picture.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "runtime/core.h"
#include "runtime/task.h"
#include "wire/byte_reader.h"

namespace vitrine {

class TlsCore final : public boost::asio::execution_context::service {
 public:
  using key_type = TlsCore;
  static boost::asio::execution_context::id id;

  explicit TlsCore(boost::asio::execution_context& context);
  // The core's own, made on first use.
  static TlsCore& of(Core& core);

  // Returns when it is the caller's turn to take one step of a handshake.
  Task<void> turn();

  // The pieces in one row, as far as kFlatMax. `name` says which bytes they are (RingSocket::send_shared):
  // the same name again costs nothing. Valid until the next call.
  Bytes flat(std::span<const iovec> pieces, uint64_t name);
  // [from, from + size) of the pieces, or to their end. Valid until the next call.
  Bytes part(std::span<const iovec> pieces, size_t from, size_t size);

  // Records waiting to leave together with the next one.
  std::vector<uint8_t>& records() { return records_; }

  static constexpr size_t kFlatMax = 1024 * 1024;

 private:
  struct Waiting;

  void shutdown() override {}
  void next_turn();

  boost::asio::io_context& io_;
  std::deque<Waiting*> waiting_;  // on the frames of their turn()
  bool turning_ = false;
  std::vector<uint8_t> flat_;
  uint64_t flat_name_ = 0;
  std::vector<uint8_t> part_;
  std::vector<uint8_t> records_;
};

}  // namespace vitrine
