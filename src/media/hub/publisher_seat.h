// The one publisher's seat of a stream, as pure rules: who sits, and when another may.
//
//   empty --claim--> taken --2 s without a frame, or takeover asked, or a pull sits--> taken by the newer
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

struct SeatClaim {
  bool take_over = false;  // also from a publisher that is not silent
  bool yields = false;     // a pull: any publisher may take the seat from it at any time
};

class PublisherSeat {
 public:
  // Names who sits; never given twice.
  struct Ticket {
    uint64_t number = 0;
    friend bool operator==(Ticket, Ticket) = default;
  };

  // Errors: `conflict` "publish.busy" when the present publisher was heard within kPublisherSilence, does
  // not yield to this one, and `take_over` is not set.
  Result<Ticket> claim(MonotonicTime now, SeatClaim claim);
  // A frame came from the holder of `ticket`. False when somebody else sits by now: it has to go.
  bool touch(Ticket ticket, MonotonicTime now);
  // Frees the seat if `ticket` still holds it.
  void leave(Ticket ticket);
  bool taken() const { return holder_.number != 0; }

 private:
  Ticket holder_;
  bool holder_yields_ = false;
  uint64_t last_number_ = 0;
  MonotonicTime heard_;
};

}  // namespace vitrine
