// Why a message of a page was refused, and what the page can do about it.
//
// Thread  any; pure.
#pragma once

#include <span>
#include <string_view>

namespace vitrine {

struct RoomError {
  std::string_view slug;
  std::string_view detail;  // a sentence for people
  // "edit" the line, "wait" for retry_after_ms, "stop" until an event says otherwise, "reconnect" and say it
  // again, "fix": the page is at fault.
  std::string_view action;
};

// Every slug that an error event may carry; docs/asyncapi.json lists the same.
std::span<const RoomError> room_errors();
// That slug's row; an unknown one is told as "fix".
RoomError room_error(std::string_view slug);

}  // namespace vitrine
