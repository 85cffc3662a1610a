#include "runtime/ring_gather.h"

#include <algorithm>

namespace vitrine {
namespace {

uint64_t next_name() {
  thread_local uint64_t last = 0;  // a list never leaves its core
  return ++last;
}

}  // namespace

void GatherList::clear() {
  name_ = next_name();
  pieces_.clear();
  bytes_ = 0;
}

bool GatherList::add(Bytes bytes) {
  if (bytes.empty()) return true;
  if (pieces_.size() + 1 > kPiecesMax) return false;
  pieces_.push_back({const_cast<uint8_t*>(bytes.data()), bytes.size()});
  bytes_ += bytes.size();
  return true;
}

bool GatherList::add(const Slab& slab, size_t offset) {
  if (pieces_.size() + 3 > kPiecesMax) return false;
  for (const Bytes part : {slab.head(), slab.payload(), slab.tail()}) {
    const size_t skipped = std::min(offset, part.size());
    offset -= skipped;
    if (!add(part.subspan(skipped))) return false;
  }
  return true;
}

uint64_t GatherList::add(const RingSlabs& ring, uint64_t from, uint64_t to) {
  while (from < to && bytes_ < kBytesMax && add(*ring.at(from))) ++from;
  return from;
}

void GatherList::join() {
  if (pieces_.size() < 2 || bytes_ > kJoinMax) return;
  joined_.clear();
  joined_.reserve(bytes_);
  for (const iovec& piece : pieces_) {
    const auto* from = static_cast<const uint8_t*>(piece.iov_base);
    joined_.insert(joined_.end(), from, from + piece.iov_len);
  }
  pieces_.assign(1, {joined_.data(), joined_.size()});
}

}  // namespace vitrine
