// Following a room: whether the viewer does, how many do.
//
// Owns    nothing. Thread  any core.
#pragma once

#include "net/router.h"
#include "rooms/context.h"

namespace vitrine {

struct FollowView {
  bool following = false;
  int64_t followers = 0;
  static constexpr std::string_view schema_name = "RoomFollow";
  static constexpr auto fields() {
    return std::tuple{field("following", &FollowView::following, {.help = "whether the viewer does"}),
                      field("followers", &FollowView::followers)};
  }
};

class FollowApi {
 public:
  explicit FollowApi(RoomsContext& context) : context_(context) {}
  void add_routes(Router& router);

 private:
  Task<Reply<FollowView>> get(Call call);
  Task<Reply<FollowView>> set(Call call, bool follows);
  FollowView view(const Call& call) const;

  RoomsContext& context_;
};

}  // namespace vitrine
