#include "media/hub/publisher_seat.h"

namespace vitrine {

Result<PublisherSeat::Ticket> PublisherSeat::claim(MonotonicTime now, SeatClaim claim) {
  const bool silent = now - heard_ >= kPublisherSilence;
  const bool gives_way = holder_yields_ && !claim.yields;
  if (taken() && !silent && !claim.take_over && !gives_way) return Error{ErrorKind::conflict, "publish.busy"};
  holder_ = {++last_number_};
  holder_yields_ = claim.yields;
  heard_ = now;
  return holder_;
}

bool PublisherSeat::touch(Ticket ticket, MonotonicTime now) {
  if (ticket != holder_) return false;
  heard_ = now;
  return true;
}

void PublisherSeat::leave(Ticket ticket) {
  if (ticket == holder_) holder_ = {};
}

}  // namespace vitrine
