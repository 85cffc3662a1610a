// What a room tells its viewers, as JSON: numbered events, coalesced state, the snapshot, and what is
// meant for one viewer. A frame is an array of events.
//
// Thread  any; pure functions.
// Never   puts what is meant for one viewer into a numbered event.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "contract/ops.h"
#include "net/caller.h"
#include "rooms/coupon_drop.h"
#include "rooms/poll.h"
#include "rooms/question.h"
#include "rooms/room_errors.h"

namespace vitrine {

// A numbered event's place. Epochs rise at each take-over of the room; seq counts from 1 within one.
struct RoomPosition {
  int64_t epoch = 0;
  int64_t seq = 0;
  friend auto operator<=>(const RoomPosition&, const RoomPosition&) = default;
};

// Who speaks. `id` is the viewer's ("gst_..." or "usr_...").
struct ChatAuthor {
  std::string id;
  std::string name;
  std::optional<Role> role;  // of staff
  std::string guest{};       // of a buyer: who it was before it signed in; never shown
  bool follows = false;      // the room, when it speaks
  std::string address{};     // of a guest: shares a pace with the others of that network; never shown
};

struct ChatLine {
  MessageId id;
  ChatAuthor from;
  std::string text;
  WallTime at;
};

struct StockLevel {
  int64_t free = 0;
  int64_t held = 0;
  int64_t version = 0;
};

// What is left of one variant of a flash sale.
struct FlashLevel {
  int64_t free = 0;
  int64_t held = 0;
  int64_t sold = 0;
  int64_t version = 0;
};
using FlashKey = std::pair<FlashSaleId, SkuId>;
using FlashLevels = std::map<FlashKey, FlashLevel>;

struct Mute {
  std::string account;
  std::string name;
  WallTime until;
  std::string reason;
};

// Everything a viewer needs to begin, but for who it is.
struct RoomPicture {
  RoomPosition at;
  std::string room;
  std::string title;
  std::string host_name;
  bool live = false;
  int64_t online = 0;
  int64_t likes = 0;
  Capabilities capabilities;
  std::string now_showing = "null";  // JSON
  std::string session = "null";      // JSON, of the newest live session
  int64_t showcase_version = 0;
  std::map<FlashSaleId, std::string> flash_sales{};  // JSON, each as its last event said
  ShownQuestions questions{};
  std::map<CouponId, CouponDrop> coupons{};  // dropped into the room
  int64_t chat_chars = 0;
  int64_t chat_interval_ms = 0;
  int64_t slow_mode_s = 0;  // 0: off
};

// A body is a JSON object without its number ({"kind":"live","live":true}); numbered() puts it in front.
std::string numbered(RoomPosition at, std::string_view body);
std::string chat_body(const ChatLine& line);
std::string chat_deleted_body(MessageId id);
// A line as a timeline has it: without who said it, but for the name.
std::string timeline_line_body(const ChatLine& line);
// What is about the picture or about what was sold: a timeline has it.
bool belongs_in_timeline(std::string_view body);
std::string product_body(std::string_view kind, const boost::json::object& event);
// Says that the price is open, not what it is: each viewer reads its own in the showcase.
std::string price_revealed_body(const boost::json::object& event);
std::string showcase_changed_body(int64_t version);
std::string capabilities_body(Capabilities capabilities);
// `sale` is FlashSaleChanged as JSON; it has its own "version", which orders a sale's states.
std::string flash_sale_body(const boost::json::object& sale);
std::string flash_sold_out_body(FlashSaleId sale, SkuId sku);
std::string notice_body(std::string_view text_key, std::string_view name, std::string_view product);
std::string live_body(bool live);
std::string poll_body(const Poll& poll);
std::string question_body(const Question& question);
std::string questions_body(bool open);
std::string coupon_body(const CouponDrop& drop);
std::string room_changed_body(std::string_view title, std::string_view host_name);
// Takes a number that nothing came of, so that the count has no hole.
std::string void_body();
// How often a viewer may speak now; slow mode changes it.
std::string chat_limits_body(int64_t slow_mode_s, int64_t chat_interval_ms);

// One event each, whole. `now` is the server's clock.
std::string snapshot_event(const RoomPicture& picture, const std::map<SkuId, StockLevel>& stock,
                           const FlashLevels& flash, const std::map<PollId, Poll>& polls,
                           const std::vector<std::string>& chat, const ChatAuthor& you,
                           const std::optional<Mute>& mute, WallTime now);
std::string resumed_event(RoomPosition head, WallTime now);
std::string gap_event(RoomPosition from);
// What changed since the state before.
struct StateNews {
  std::map<SkuId, StockLevel> stock{};
  FlashLevels flash{};
  std::map<PollId, Poll> polls{};
  std::map<CouponId, CouponDrop> coupons{};
};
std::string state_event(int64_t online, int64_t likes, const StateNews& news);
std::string flash_turn_event(FlashSaleId sale, SkuId sku, int64_t until_ms);
// `order`: an OrderChanged as JSON.
std::string order_event(const boost::json::object& order);
// What became of a question, for whoever asked it.
std::string own_question_event(const Question& question);
std::string muted_event(const Mute& mute);
// A line that the others are not shown, for whoever said it.
std::string own_chat_event(const ChatLine& line);
std::string ack_event(std::string_view ref, MessageId id);
// Instead of an ack: the line waits for a moderator.
std::string held_event(std::string_view ref, MessageId id);
// A line that waited will not be shown.
std::string held_dropped_event(MessageId id);
// The viewer has to leave; the server closes the socket.
std::string outside_event(std::string_view why, WallTime until, std::string_view reason);
std::string error_event(std::string_view ref, const RoomError& error, std::optional<int64_t> retry_after_ms);
std::string pong_event(int64_t t, WallTime now);

// "[" + events joined by commas + "]".
std::string frame_of(const std::vector<std::string>& events);

}  // namespace vitrine
