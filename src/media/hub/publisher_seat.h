// The one publisher's seat of a stream, as pure rules: who sits, and when another may.
//
//   empty --claim--> taken --2 s without a frame, or takeover asked--> taken by the newer one
//     ^                |
//     |<----leave------|
//
// Owns    the seat.
// Thread  the stream's home core.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

// A publisher whose connection died without a word is replaced by its own reconnection after this.
inline constexpr Milliseconds kPublisherSilence{2'000};

class PublisherSeat {
 public:
  // Names who sits; never given twice.
  struct Ticket {
    uint64_t number = 0;
    friend bool operator==(Ticket, Ticket) = default;
  };

  // Errors: `conflict` "publish.busy" when the present publisher was heard within kPublisherSilence and
  // `take_over` is not set.
  Result<Ticket> claim(MonotonicTime now, bool take_over);
  // A frame came from the holder of `ticket`. False when somebody else sits by now: it has to go.
  bool touch(Ticket ticket, MonotonicTime now);
  // Frees the seat if `ticket` still holds it.
  void leave(Ticket ticket);
  bool taken() const { return holder_.number != 0; }

 private:
  Ticket holder_;
  uint64_t last_number_ = 0;
  MonotonicTime heard_;
};

}  // namespace vitrine
