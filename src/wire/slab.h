// A slab: one wire-ready piece of a feed (an FLV tag, a WebSocket frame of room events) as up to
// three spans over shared bytes: its own head, the frame's payload, its own tail. Immutable once
// appended; the payload is stored once for all protocols (DESIGN 4.1).
//
// Thread  any; made on one core, then shared as SlabPtr.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "wire/byte_reader.h"

namespace vitrine {

using SharedBytes = std::shared_ptr<const std::vector<uint8_t>>;

class Slab {
 public:
  static constexpr size_t kHeadMax = 64;
  static constexpr size_t kTailMax = 8;

  // `payload` may be null. head <= 64 and tail <= 8 bytes.
  Slab(Bytes head, SharedBytes payload, Bytes tail = {});
  // All bytes in one shared buffer.
  explicit Slab(SharedBytes whole) : payload_(std::move(whole)) {}

  size_t size() const { return head_size_ + payload_size() + tail_size_; }
  // The spans in order.
  Bytes head() const { return {head_.data(), head_size_}; }
  Bytes payload() const { return payload_ ? Bytes(*payload_) : Bytes(); }
  Bytes tail() const { return {tail_.data(), tail_size_}; }
  // The payload to share with another slab; may be null.
  const SharedBytes& shared_payload() const { return payload_; }

  // When the bytes this slab carries entered the process (MonotonicTime, microseconds); latency and a
  // cursor's lag are measured from it.
  int64_t born_us = 0;
  // A cursor may start or resume here (key frame, room snapshot).
  bool join_point = false;
  // A flush may be started for it; others ride along (a video frame leads, audio does not).
  bool leads = true;
  // What a cursor that starts or resumes at this join point sends first (metadata, sequence headers);
  // null: nothing.
  std::shared_ptr<const Slab> opening;

 private:
  size_t payload_size() const { return payload_ ? payload_->size() : 0; }

  SharedBytes payload_;
  std::array<uint8_t, kHeadMax> head_;
  std::array<uint8_t, kTailMax> tail_;
  uint8_t head_size_ = 0;
  uint8_t tail_size_ = 0;
};

using SlabPtr = std::shared_ptr<const Slab>;

}  // namespace vitrine
