#include "media/hub/publisher_seat.h"

namespace vitrine {

Result<PublisherSeat::Ticket> PublisherSeat::claim(MonotonicTime now, bool take_over) {
  const bool silent = now - heard_ >= kPublisherSilence;
  if (taken() && !silent && !take_over) return Error{ErrorKind::conflict, "publish.busy"};
  holder_ = {++last_number_};
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
