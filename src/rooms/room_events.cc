#include "rooms/room_events.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/dto.h"

namespace vitrine {
namespace {

boost::json::value role_json(const std::optional<Role>& role) {
  if (!role) return nullptr;
  return boost::json::value(enum_names(*role)[static_cast<size_t>(*role)]);
}

boost::json::array stock_json(const std::map<SkuId, StockLevel>& stock) {
  boost::json::array out;
  for (const auto& [sku, level] : stock) {
    out.push_back(
        {{"sku", sku.str()}, {"free", level.free}, {"held", level.held}, {"version", level.version}});
  }
  return out;
}

boost::json::array flash_json(const FlashLevels& flash) {
  boost::json::array out;
  for (const auto& [key, level] : flash) {
    out.push_back({{"sale", key.first.str()},
                   {"sku", key.second.str()},
                   {"free", level.free},
                   {"held", level.held},
                   {"sold", level.sold},
                   {"version", level.version}});
  }
  return out;
}

std::string text_of(const boost::json::object& object) {
  return boost::json::serialize(object);
}

std::string chat_json(std::string_view kind, const ChatLine& line) {
  return text_of(
      {{"kind", kind},
       {"id", line.id.str()},
       {"from", {{"id", line.from.id}, {"name", line.from.name}, {"role", role_json(line.from.role)}}},
       {"text", line.text},
       {"at_ms", line.at.ms}});
}

}  // namespace

std::string numbered(RoomPosition at, std::string_view body) {
  std::string out = "{\"epoch\":" + std::to_string(at.epoch) + ",\"seq\":" + std::to_string(at.seq) + ",";
  out += body.substr(1);
  return out;
}

std::string chat_body(const ChatLine& line) {
  return chat_json("chat", line);
}

std::string chat_deleted_body(MessageId id) {
  return text_of({{"kind", "chat_deleted"}, {"id", id.str()}});
}

std::string timeline_line_body(const ChatLine& line) {
  return text_of({{"kind", "chat"},
                  {"id", line.id.str()},
                  {"from", {{"name", line.from.name}, {"role", role_json(line.from.role)}}},
                  {"text", line.text},
                  {"at_ms", line.at.ms}});
}

bool belongs_in_timeline(std::string_view body) {
  constexpr std::array<std::string_view, 9> kKinds{"product_shown", "product_hidden", "price_revealed",
                                                   "flash_sale",    "flash_sold_out", "session",
                                                   "poll",          "question",       "coupon"};
  constexpr std::string_view kHead = R"({"kind":")";
  if (!body.starts_with(kHead)) return false;
  const std::string_view rest = body.substr(kHead.size());
  return std::find(kKinds.begin(), kKinds.end(), rest.substr(0, rest.find('"'))) != kKinds.end();
}

std::string product_body(std::string_view kind, const boost::json::object& event) {
  return text_of({{"kind", kind},
                  {"product", event.at("product")},
                  {"at_ms", event.at("at_ms")},
                  {"media", event.contains("media") ? event.at("media") : boost::json::value(nullptr)}});
}

std::string price_revealed_body(const boost::json::object& event) {
  return text_of({{"kind", "price_revealed"},
                  {"product", event.at("product")},
                  {"version", event.at("version")},
                  {"at_ms", event.at("at_ms")},
                  {"media", event.contains("media") ? event.at("media") : boost::json::value(nullptr)}});
}

std::string showcase_changed_body(int64_t version) {
  return text_of({{"kind", "showcase_changed"}, {"version", version}});
}

std::string capabilities_body(Capabilities capabilities) {
  return text_of({{"kind", "capabilities"}, {"selling", capabilities.selling}, {"chat", capabilities.chat}});
}

std::string flash_sale_body(const boost::json::object& sale) {
  boost::json::object out{{"kind", "flash_sale"}};
  for (const auto& [name, value] : sale) {
    if (name != "room") out[name] = value;
  }
  return text_of(out);
}

std::string flash_sold_out_body(FlashSaleId sale, SkuId sku) {
  return text_of({{"kind", "flash_sold_out"}, {"sale", sale.str()}, {"sku", sku.str()}});
}

std::string notice_body(std::string_view text_key, std::string_view name, std::string_view product) {
  return text_of({{"kind", "notice"}, {"text_key", text_key}, {"name", name}, {"product", product}});
}

std::string live_body(bool live) {
  return text_of({{"kind", "live"}, {"live", live}});
}

std::string poll_body(const Poll& poll) {
  return text_of({{"kind", "poll"},
                  {"poll", poll.id.str()},
                  {"question", poll.question},
                  {"options", boost::json::value_from(poll.options)},
                  {"state", poll.state == PollState::open ? "open" : "closed"},
                  {"counts", boost::json::value_from(poll.counts)}});
}

// What was closed is not said again.
std::string question_body(const Question& question) {
  const bool closed = question.state == QuestionState::closed;
  return text_of({{"kind", "question"},
                  {"question", question.id.str()},
                  {"state", enum_names(question.state)[static_cast<size_t>(question.state)]},
                  {"name", closed ? "" : question.name},
                  {"text", closed ? "" : question.text},
                  {"answer", closed ? "" : question.answer},
                  {"pinned", question.pinned},
                  {"at_ms", question.asked.ms}});
}

std::string questions_body(bool open) {
  return text_of({{"kind", "questions"}, {"open", open}});
}

std::string coupon_body(const CouponDrop& drop) {
  boost::json::object out{{"kind", "coupon"},
                          {"coupon", drop.coupon.str()},
                          {"state", drop.withdrawn ? "withdrawn" : "shown"},
                          {"left", drop.left},
                          {"open", drop.open},
                          {"at_ms", drop.at.ms},
                          {"ends_at_ms", drop.ends.ms}};
  for (const auto& [name, value] : drop.card) out[name] = value;
  return text_of(out);
}

std::string room_changed_body(std::string_view title, std::string_view host_name) {
  return text_of({{"kind", "room_changed"}, {"title", title}, {"host_name", host_name}});
}

std::string void_body() {
  return R"({"kind":"void"})";
}

std::string chat_limits_body(int64_t slow_mode_s, int64_t chat_interval_ms) {
  return text_of(
      {{"kind", "chat_limits"}, {"slow_mode_s", slow_mode_s}, {"chat_interval_ms", chat_interval_ms}});
}

std::string snapshot_event(const RoomPicture& picture, const std::map<SkuId, StockLevel>& stock,
                           const FlashLevels& flash, const std::map<PollId, Poll>& polls,
                           const std::vector<std::string>& chat, const ChatAuthor& you,
                           const std::optional<Mute>& mute, WallTime now) {
  boost::json::object head{
      {"kind", "snapshot"},
      {"epoch", picture.at.epoch},
      {"seq", picture.at.seq},
      {"server_time_ms", now.ms},
      {"room", picture.room},
      {"title", picture.title},
      {"host_name", picture.host_name},
      {"live", picture.live},
      {"you",
       {{"id", you.id},
        {"name", you.name},
        {"kind", you.id.starts_with(AccountId::prefix()) ? "buyer" : "guest"},
        {"muted_until_ms", mute ? boost::json::value(mute->until.ms) : boost::json::value(nullptr)},
        {"role", role_json(you.role)}}},
      {"online", picture.online},
      {"likes", picture.likes},
      {"capabilities", {{"selling", picture.capabilities.selling}, {"chat", picture.capabilities.chat}}},
      {"showcase_version", picture.showcase_version},
      {"stock", stock_json(stock)},
      {"flash_stock", flash_json(flash)},
      {"limits",
       {{"chat_chars", picture.chat_chars},
        {"chat_interval_ms", picture.chat_interval_ms},
        {"slow_mode_s", picture.slow_mode_s}}}};
  // What is JSON already goes in as it is.
  std::string out = text_of(head);
  out.pop_back();
  std::vector<std::string> polled;
  for (const auto& [id, poll] : polls) polled.push_back(poll_body(poll));
  std::vector<std::string> asked;
  for (const auto& [id, question] : picture.questions.all()) asked.push_back(question_body(question));
  std::vector<std::string> dropped;
  for (const auto& [id, drop] : picture.coupons) {
    if (drop.ends > now) dropped.push_back(coupon_body(drop));
  }
  std::vector<std::string> sales;
  for (const auto& [sale, json] : picture.flash_sales) sales.push_back(json);
  out += ",\"now_showing\":" + picture.now_showing + ",\"session\":" + picture.session +
         ",\"flash_sales\":" + frame_of(sales) + ",\"polls\":" + frame_of(polled) +
         ",\"questions\":{\"open\":" + (picture.questions.open() ? "true" : "false") +
         ",\"items\":" + frame_of(asked) + "},\"coupons\":" + frame_of(dropped) +
         ",\"chat\":" + frame_of(chat) + "}";
  return out;
}

std::string resumed_event(RoomPosition head, WallTime now) {
  return text_of({{"kind", "resumed"}, {"epoch", head.epoch}, {"seq", head.seq}, {"server_time_ms", now.ms}});
}

std::string gap_event(RoomPosition from) {
  return text_of({{"kind", "gap"}, {"from_epoch", from.epoch}, {"from_seq", from.seq}});
}

std::string state_event(int64_t online, int64_t likes, const StateNews& news) {
  boost::json::object out{
      {"kind", "state"}, {"online", online}, {"likes", likes}, {"stock", stock_json(news.stock)}};
  if (!news.flash.empty()) out["flash_stock"] = flash_json(news.flash);
  if (!news.coupons.empty()) {
    boost::json::array coupons;
    for (const auto& [id, drop] : news.coupons)
      coupons.push_back({{"coupon", id.str()}, {"left", drop.left}, {"open", drop.open}});
    out["coupons"] = std::move(coupons);
  }
  if (!news.polls.empty()) {
    boost::json::array counts;
    for (const auto& [id, poll] : news.polls)
      counts.push_back({{"poll", id.str()}, {"counts", boost::json::value_from(poll.counts)}});
    out["polls"] = std::move(counts);
  }
  return text_of(out);
}

std::string flash_turn_event(FlashSaleId sale, SkuId sku, int64_t until_ms) {
  return text_of({{"kind", "flash_turn"}, {"sale", sale.str()}, {"sku", sku.str()}, {"until_ms", until_ms}});
}

std::string order_event(const boost::json::object& order) {
  return text_of({{"kind", "order"},
                  {"order", order.at("order")},
                  {"state", order.at("state")},
                  {"pay_by_ms", order.at("pay_by_ms")},
                  {"total", order.at("total")}});
}

std::string own_question_event(const Question& question) {
  return text_of({{"kind", "own_question"},
                  {"question", question.id.str()},
                  {"state", enum_names(question.state)[static_cast<size_t>(question.state)]},
                  {"answer", question.answer}});
}

std::string muted_event(const Mute& mute) {
  return text_of({{"kind", "muted"}, {"until_ms", mute.until.ms}, {"reason", mute.reason}});
}

std::string own_chat_event(const ChatLine& line) {
  return chat_json("own_chat", line);
}

std::string ack_event(std::string_view ref, MessageId id) {
  return text_of({{"kind", "ack"}, {"ref", ref}, {"id", id.str()}});
}

std::string held_event(std::string_view ref, MessageId id) {
  return text_of({{"kind", "held"}, {"ref", ref}, {"id", id.str()}});
}

std::string held_dropped_event(MessageId id) {
  return text_of({{"kind", "held_dropped"}, {"id", id.str()}});
}

std::string outside_event(std::string_view why, WallTime until, std::string_view reason) {
  return text_of({{"kind", "outside"}, {"why", why}, {"until_ms", until.ms}, {"reason", reason}});
}

std::string error_event(std::string_view ref, const RoomError& error, std::optional<int64_t> retry_after_ms) {
  boost::json::object out{{"kind", "error"},
                          {"ref", ref},
                          {"slug", error.slug},
                          {"detail", error.detail},
                          {"action", error.action}};
  if (retry_after_ms) out["retry_after_ms"] = *retry_after_ms;
  return text_of(out);
}

std::string pong_event(int64_t t, WallTime now) {
  return text_of({{"kind", "pong"}, {"t", t}, {"server_time_ms", now.ms}});
}

std::string frame_of(const std::vector<std::string>& events) {
  std::string out = "[";
  for (const auto& event : events) {
    if (out.size() > 1) out += ',';
    out += event;
  }
  return out + "]";
}

}  // namespace vitrine
