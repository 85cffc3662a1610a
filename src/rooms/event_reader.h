// Reads what other modules tell.
//
// Thread  any; pure.
#pragma once

#include <boost/json/parse.hpp>
#include <optional>

#include "base/dto.h"
#include "base/log.h"
#include "bus/bus.h"

namespace vitrine {

// An event of a newer schema may say more than we know, but not less: what does not read is passed over.
template <Dto E>
std::optional<E> read_event(const EventRow& row) {
  boost::system::error_code failed;
  const auto json = boost::json::parse(row.payload, failed);
  E event;
  if (!failed && !read_dto(event, json)) return event;
  log_error("rooms.event_unreadable", {{"kind", row.kind}, {"n", row.n}});
  return std::nullopt;
}

}  // namespace vitrine
