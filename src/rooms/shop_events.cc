#include "rooms/shop_events.h"

#include "contract/events.h"
#include "rooms/coupon_drop_store.h"
#include "rooms/event_reader.h"
#include "rooms/room_service.h"

namespace vitrine {
namespace {

void with_room(const RoomHandlePtr& handle, std::function<void(Room&)> use) {
  handle->home().post([handle, use = std::move(use)] {
    if (handle->room()) use(*handle->room());
  });
}

std::optional<MediaTime> media_time(const std::optional<MediaTimeDto>& media) {
  if (!media) return std::nullopt;
  return MediaTime{media->epoch, media->pts90k};
}

}  // namespace

Subscription ShopEvents::subscription(std::string consumer, std::string source) {
  return {.consumer = std::move(consumer),
          .source = std::move(source),
          .kinds = {std::string(ProductShown::kind), std::string(ProductHidden::kind),
                    std::string(ShowcaseChanged::kind), std::string(PriceRevealed::kind),
                    std::string(StockChanged::kind), std::string(OrderChanged::kind),
                    std::string(CapabilitiesChanged::kind), std::string(FlashSaleChanged::kind),
                    std::string(FlashStockChanged::kind), std::string(FlashTurnCame::kind),
                    std::string(CouponChanged::kind)},
          .target = context_.database.get(),
          .core = &context_.cores.home_of("rooms.events"),
          .apply = [this](Transaction& tx, const EventRow& row) { return apply(tx, row); },
          .applied = [this](const std::vector<EventRow>& rows) { applied(rows); },
          .failed = [this](const std::vector<EventRow>&) { failed(); }};
}

Result<void> ShopEvents::apply(Transaction& tx, const EventRow& row) {
  if (context_.closing) return Error{ErrorKind::unavailable, "rooms.closing"};
  if (row.kind == ProductShown::kind) return apply_product(tx, row, true);
  if (row.kind == ProductHidden::kind) return apply_product(tx, row, false);
  if (row.kind == ShowcaseChanged::kind) return apply_showcase(tx, row);
  if (row.kind == PriceRevealed::kind) return apply_price(tx, row);
  if (row.kind == StockChanged::kind) return apply_stock(tx, row);
  if (row.kind == CapabilitiesChanged::kind) return apply_capabilities(tx, row);
  if (row.kind == FlashSaleChanged::kind) return apply_flash_sale(tx, row);
  if (row.kind == FlashStockChanged::kind) return apply_flash_stock(tx, row);
  if (row.kind == CouponChanged::kind) return apply_coupon(tx, row);
  return {};
}

Result<void> ShopEvents::write_row(Transaction& tx, const EventRow& row, const std::string& room,
                                   RoomEvent event, std::optional<MediaTime> media) {
  const auto handle = context_.directory.find(room);
  if (!handle) return {};
  auto [entry, fresh] = pending_.try_emplace({row.n, room});
  if (fresh) entry->second = {.room = handle, .seq = 0, .event = {}};
  const RoomPosition at = fresh ? handle->reserve() : RoomPosition{handle->epoch(), entry->second.seq};
  entry->second.seq = at.seq;
  entry->second.event = std::move(event);
  return insert_control(tx, room, control_row(context_, room, {at, entry->second.event.body}, row.at, media),
                        row.at);
}

Result<void> ShopEvents::apply_product(Transaction& tx, const EventRow& row, bool shown) {
  // Shown and hidden carry the same fields.
  const auto event = read_event<ProductShown>(row);
  if (!event) return {};
  const auto json = to_json(*event);
  const std::string now =
      shown ? boost::json::serialize(boost::json::object{
                  {"product", json.at("product")}, {"at_ms", json.at("at_ms")}, {"media", json.at("media")}})
            : "null";
  if (auto set = set_now_showing(tx, event->room, now); !set) return set;
  const std::string body = product_body(shown ? "product_shown" : "product_hidden", json.get_object());
  return write_row(tx, row, event->room, {.body = body, .change = NowShowingChange{now}},
                   media_time(event->media));
}

Result<void> ShopEvents::apply_showcase(Transaction& tx, const EventRow& row) {
  const auto event = read_event<ShowcaseChanged>(row);
  if (!event) return {};
  if (auto set = set_showcase_version(tx, event->room, event->version); !set) return set;
  return write_row(tx, row, event->room,
                   {.body = showcase_changed_body(event->version), .change = ShowcaseChange{event->version}});
}

// A new version of the showcase, and with it the moment of the picture at which pages read it.
Result<void> ShopEvents::apply_price(Transaction& tx, const EventRow& row) {
  const auto event = read_event<PriceRevealed>(row);
  if (!event) return {};
  if (auto set = set_showcase_version(tx, event->room, event->version); !set) return set;
  return write_row(
      tx, row, event->room,
      {.body = price_revealed_body(to_json(*event).get_object()), .change = ShowcaseChange{event->version}},
      media_time(event->media));
}

Result<void> ShopEvents::apply_stock(Transaction& tx, const EventRow& row) {
  const auto event = read_event<StockChanged>(row);
  if (!event) return {};
  for (const auto& room : event->rooms) {
    if (auto set = set_stock(tx, room, event->sku, {event->free, event->held, event->version}); !set)
      return set;
  }
  return {};
}

Result<void> ShopEvents::apply_flash_sale(Transaction& tx, const EventRow& row) {
  const auto event = read_event<FlashSaleChanged>(row);
  if (!event) return {};
  const std::string body = flash_sale_body(to_json(*event).get_object());
  const std::string kept = event->state == "settled" ? std::string() : body;
  if (auto set = set_flash_sale(tx, event->room, event->sale, kept); !set) return set;
  return write_row(tx, row, event->room, {.body = body, .change = FlashSaleChange{event->sale, kept}});
}

Result<void> ShopEvents::apply_flash_stock(Transaction& tx, const EventRow& row) {
  const auto event = read_event<FlashStockChanged>(row);
  if (!event) return {};
  const FlashLevel level{event->free, event->held, event->sold, event->version};
  if (auto set = set_flash_stock(tx, event->room, {event->sale, event->sku}, level); !set) return set;
  if (event->sold < event->units) return {};
  return write_row(tx, row, event->room, {.body = flash_sold_out_body(event->sale, event->sku)});
}

Result<void> ShopEvents::apply_coupon(Transaction& tx, const EventRow& row) {
  const auto event = read_event<CouponChanged>(row);
  if (!event) return {};
  return set_drop_left(tx, event->coupon, event->left, event->state == "active", event->version);
}

Result<void> ShopEvents::apply_capabilities(Transaction& tx, const EventRow& row) {
  const auto event = read_event<CapabilitiesChanged>(row);
  if (!event) return {};
  const Capabilities next{event->selling, event->chat};
  if (auto set = set_capabilities(tx, next); !set) return set;
  const auto rooms = room_names(tx);
  if (!rooms) return rooms.error();
  for (const auto& room : *rooms) {
    if (auto written = write_row(tx, row, room, {.body = capabilities_body(next), .change = next}); !written)
      return written;
  }
  return {};
}

void ShopEvents::applied(const std::vector<EventRow>& rows) {
  for (auto& [key, pending] : std::exchange(pending_, {})) {
    with_room(pending.room, [seq = pending.seq, event = std::move(pending.event)](Room& room) {
      room.resolve(seq, event);
    });
  }
  for (const EventRow& row : rows) {
    if (row.kind == StockChanged::kind) tell_stock(row);
    if (row.kind == OrderChanged::kind) tell_order(row);
    if (row.kind == FlashStockChanged::kind) tell_flash_stock(row);
    if (row.kind == FlashTurnCame::kind) tell_turn(row);
    if (row.kind == CouponChanged::kind) tell_coupon(row);
  }
}

void ShopEvents::failed() {
  for (auto& [key, pending] : std::exchange(pending_, {}))
    with_room(pending.room, [seq = pending.seq](Room& room) { room.resolve(seq, std::nullopt); });
}

void ShopEvents::tell_stock(const EventRow& row) {
  const auto event = read_event<StockChanged>(row);
  if (!event) return;
  const StockLevel level{event->free, event->held, event->version};
  for (const auto& name : event->rooms) {
    if (const auto handle = context_.directory.find(name))
      with_room(handle, [sku = event->sku, level](Room& room) { room.set_stock(sku, level); });
  }
}

// The result goes to the buyer alone; everybody else hears "b***1 bought it".
void ShopEvents::tell_order(const EventRow& row) {
  const auto event = read_event<OrderChanged>(row);
  if (!event) return;
  context_.lanes.send(event->buyer.str(), order_event(to_json(*event).get_object()));
  const bool tells = event->state == "pending_payment" || event->state == "paid";
  if (!tells || !event->room || !event->product) return;
  const auto handle = context_.directory.find(*event->room);
  if (!handle) return;
  const std::string text_key = event->state == "paid" ? "bought" : "going_to_buy";
  with_room(handle, [text_key, name = event->buyer_masked, product = event->product->str()](Room& room) {
    room.notice(text_key, name, product);
  });
}

// Each buyer hears of its own grab, everybody of the newest one of the batch.
void ShopEvents::tell_flash_stock(const EventRow& row) {
  const auto event = read_event<FlashStockChanged>(row);
  if (!event) return;
  for (const GrabMade& grab : event->grabs) {
    const boost::json::object line{{"order", grab.order.str()},
                                   {"state", "pending_payment"},
                                   {"pay_by_ms", grab.pay_by_ms},
                                   {"total", to_json(grab.total)}};
    context_.lanes.send(grab.buyer.str(), order_event(line));
  }
  const auto handle = context_.directory.find(event->room);
  if (!handle) return;
  const FlashLevel level{event->free, event->held, event->sold, event->version};
  const std::string name = event->grabs.empty() ? std::string() : event->grabs.back().buyer_masked;
  with_room(handle, [key = FlashKey{event->sale, event->sku}, level, name,
                     product = event->product.str()](Room& room) {
    room.set_flash_stock(key, level);
    if (!name.empty()) room.notice("grabbed", name, product);
  });
}

void ShopEvents::tell_coupon(const EventRow& row) {
  const auto event = read_event<CouponChanged>(row);
  if (!event || !event->room) return;
  const auto handle = context_.directory.find(*event->room);
  if (!handle) return;
  with_room(handle,
            [coupon = event->coupon, left = event->left, open = event->state == "active",
             version = event->version](Room& room) { room.set_coupon_left(coupon, left, open, version); });
}

void ShopEvents::tell_turn(const EventRow& row) {
  const auto event = read_event<FlashTurnCame>(row);
  if (!event) return;
  context_.lanes.send(event->buyer.str(), flash_turn_event(event->sale, event->sku, event->until_ms));
}

}  // namespace vitrine
