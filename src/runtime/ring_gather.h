// One gather list: slabs as pieces for one sendmsg. Built once and shared by all viewers who lack the
// same slabs.
//
// Owns    the list of pieces, not the bytes: the ring (or the viewer) must hold those while it is used.
//         Once joined: a copy of them.
// Thread  one core.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/ring_slabs.h"

namespace vitrine {

class GatherList {
 public:
  static constexpr size_t kPiecesMax = 1'024;      // IOV_MAX
  static constexpr size_t kBytesMax = 512 * 1024;  // what one viewer may take of one turn
  static constexpr size_t kJoinMax = 128 * 1024;   // a longer list stays in pieces

  GatherList() { pieces_.reserve(kPiecesMax); }

  void clear();
  // Each add takes the whole or, when it does not fit, nothing and says so.
  bool add(Bytes bytes);
  bool add(const Slab& slab, size_t offset = 0);
  // Slabs [from, to) of the ring as far as they fit; returns the number after the last one taken.
  uint64_t add(const RingSlabs& ring, uint64_t from, uint64_t to);
  // Makes one piece of all: three pieces a slab cost the kernel more, for each viewer, than one copy does
  // for all of them together.
  void join();

  std::span<const iovec> pieces() const { return pieces_; }
  size_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }
  // Names these bytes on this core for RingSocket::send_shared(): no other list, and not this one once it
  // has been cleared, has the name again.
  uint64_t name() const { return name_; }

 private:
  std::vector<iovec> pieces_;
  size_t bytes_ = 0;
  uint64_t name_ = 0;  // set by clear()
  std::vector<uint8_t> joined_;
};

}  // namespace vitrine
