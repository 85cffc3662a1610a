// The HTTP side of rooms: lists and rooms.
//
// Owns    nothing. Thread  any core.
// Never   decides: that is RoomService.
#pragma once

#include "net/router.h"
#include "rooms/room_service.h"
#include "rooms/session_views.h"

namespace vitrine {

struct RoomListItem {
  std::string room, title, host_name, stream;
  bool live = false;
  int64_t online = 0;
  std::optional<std::string> cover;
  std::optional<SessionView> session;
  static constexpr std::string_view schema_name = "RoomSummary";
  static constexpr auto fields() {
    return std::tuple{field("room", &RoomListItem::room),
                      field("title", &RoomListItem::title),
                      field("host_name", &RoomListItem::host_name),
                      field("stream", &RoomListItem::stream),
                      field("live", &RoomListItem::live),
                      field("online", &RoomListItem::online),
                      field("cover", &RoomListItem::cover),
                      field("session", &RoomListItem::session, {.help = "the newest one"})};
  }
};
struct RoomList {
  std::vector<RoomListItem> items;
  static constexpr std::string_view schema_name = "RoomList";
  static constexpr auto fields() { return std::tuple{field("items", &RoomList::items)}; }
};
struct RoomView {
  std::string room, title, host_name, stream;
  bool live = false;
  int64_t online = 0;
  int64_t likes = 0;
  std::string flv_url;
  int64_t created_at_ms = 0;
  std::optional<SessionView> session;
  static constexpr std::string_view schema_name = "Room";
  static constexpr auto fields() {
    return std::tuple{field("room", &RoomView::room),
                      field("title", &RoomView::title),
                      field("host_name", &RoomView::host_name),
                      field("stream", &RoomView::stream),
                      field("live", &RoomView::live),
                      field("online", &RoomView::online),
                      field("likes", &RoomView::likes),
                      field("flv_url", &RoomView::flv_url),
                      field("created_at_ms", &RoomView::created_at_ms),
                      field("session", &RoomView::session, {.help = "the newest one"})};
  }
};
struct NewRoom {
  std::string room, title, host_name;
  static constexpr std::string_view schema_name = "NewRoom";
  static constexpr auto fields() {
    return std::tuple{field("room", &NewRoom::room, {.help = "[a-z0-9_-]", .min = 1, .max = 64}),
                      field("title", &NewRoom::title, {.min = 1, .max = 60}),
                      field("host_name", &NewRoom::host_name, {.min = 1, .max = 24})};
  }
};
struct RoomPatch {
  std::optional<std::string> title, host_name;
  static constexpr std::string_view schema_name = "RoomPatch";
  static constexpr auto fields() {
    return std::tuple{field("title", &RoomPatch::title, {.min = 1, .max = 60}),
                      field("host_name", &RoomPatch::host_name, {.min = 1, .max = 24})};
  }
};
class RoomsApi {
 public:
  RoomsApi(RoomsContext& context, RoomService& service) : context_(context), service_(service) {}
  void add_routes(Router& router);

 private:
  Task<Reply<RoomList>> list(Call call);
  Task<Reply<RoomView>> create(Call call, NewRoom body);
  Task<Reply<RoomView>> get(Call call);
  Task<Reply<RoomView>> patch(Call call, RoomPatch body);

  std::optional<SessionView> session_of(const std::string& room) const;
  Reply<RoomView> view(const std::string& room, const Call& call) const;
  Task<void> audit(AuditEntry entry);

  RoomsContext& context_;
  RoomService& service_;
};

}  // namespace vitrine
