#include "rooms/room.h"

#include <boost/asio/redirect_error.hpp>

#include "base/log.h"
#include "rooms/config.h"
#include "rooms/session_views.h"

namespace vitrine {
namespace {

Task<void> store_likes(Database& chat, std::string room, int64_t likes) {
  auto work = [room, likes](Transaction& tx) { return set_likes(tx, room, likes); };
  const auto stored = co_await chat.write(std::move(work));
  if (!stored) log_warn("rooms.likes_not_stored", {{"room", room}, {"reason", stored.error().reason}});
}

}  // namespace

Room::Room(Needs needs, RoomHandle& handle, Stored stored)
    : home_(handle.home()),
      handle_(handle),
      needs_(needs),
      summary_(handle.summary()),
      stock_(std::move(stored.stock)),
      flash_(std::move(stored.flash)),
      gate_(needs.clock),
      likes_(stored.likes),
      likes_saved_at_(needs.clock.monotonic()),
      state_sent_at_(needs.clock.monotonic()),
      state_timer_(handle.home().io()),
      budget_(static_cast<uint64_t>(needs.clock.wall().ms)),
      slice_timer_(handle.home().io()),
      feed_(needs.cores, handle.home(), needs.clock, needs.feed) {
  home_.check_here();
  const RoomRecord& record = stored.record;
  picture_ = {.at = {record.epoch, 0},
              .room = record.room,
              .title = record.title,
              .host_name = record.host_name,
              .live = summary_.live,
              .likes = stored.likes,
              .capabilities = record.capabilities,
              .now_showing = record.now_showing,
              .showcase_version = record.showcase_version,
              .flash_sales = std::move(stored.flash_sales)};
  if (stored.session) {
    picture_.session = session_json(*stored.session);
    practice_ = stored.session->practice;
  }
  for (const auto& chat : stored.chat)
    history_.push_back({chat.line.id, chat.line.from, chat.line.text, chat.line.at,
                        numbered(chat.at, chat_body(chat.line))});
  for (const Sanction& mute : stored.mutes)
    gate_.set_mute(mute.scope, {mute.account, mute.name, mute.until, mute.reason});
  gate_.set_settings(std::move(stored.settings));
  summary_.likes = stored.likes;
  handle_.set_summary(summary_);
}

Room::Welcome Room::enter(const Visitor& visitor) {
  home_.check_here();
  const int64_t before = presence_.online();
  presence_.enter(visitor.who.id);
  picture_.online = presence_.online();
  if (picture_.online != before) state_changed();
  if (!visitor.resume || !can_resume(*visitor.resume)) return snapshot_for(visitor);
  Welcome out{.events = {resumed_event(picture_.at, needs_.clock.wall())},
              .sequence = feed_.head(visitor.deflate),
              .gap = {}};
  for (const Shown& shown : recent_) {
    if (shown.seq > visitor.resume->seq) out.events.push_back(shown.text);
  }
  return out;
}

void Room::leave(const std::string& viewer) {
  home_.check_here();
  presence_.leave(viewer);
  if (presence_.online() == picture_.online) return;
  picture_.online = presence_.online();
  state_changed();
}

// Within this epoch, and nothing between it and the oldest event still here.
bool Room::can_resume(RoomPosition from) const {
  if (from.epoch != picture_.at.epoch || from.seq > picture_.at.seq) return false;
  if (!practice_ && from.seq < rehearsed_to_) return false;
  return from.seq == picture_.at.seq || (!recent_.empty() && from.seq + 1 >= recent_.front().seq);
}

Room::Welcome Room::snapshot_for(const Visitor& visitor) {
  picture_.likes = likes_.total();
  const ChatGate::Limits limits = chat_limits();
  picture_.chat_chars = limits.chars_max;
  picture_.slow_mode_s = gate_.settings().slow_mode_s;
  picture_.chat_interval_ms = gate_.pace(limits.pace).interval.count();
  std::vector<std::string> chat;
  for (const HistoryLine& line : history_) chat.push_back(line.text);
  Welcome out{.events = {snapshot_event(picture_, stock_, flash_, polls_, chat, visitor.who,
                                        gate_.mute_of(visitor.who), needs_.clock.wall())},
              .sequence = feed_.head(visitor.deflate),
              .gap = {}};
  if (visitor.resume && *visitor.resume < picture_.at) out.gap = {*visitor.resume, picture_.at};
  return out;
}

std::optional<Room::Welcome> Room::catch_up(const Visitor& visitor, uint64_t lost_from) {
  home_.check_here();
  const uint64_t first_lost = feed_.frame_at(visitor.deflate, lost_from);
  const auto lost = std::find_if(recent_.begin(), recent_.end(),
                                 [=](const Shown& shown) { return shown.frame >= first_lost; });
  // Its last event is the one before the first it lost; without that one here, nobody knows.
  if (lost == recent_.begin() && picture_.at.seq >= static_cast<int64_t>(needs_.resume_events))
    return std::nullopt;
  const int64_t last = lost == recent_.end() ? picture_.at.seq : lost->seq - 1;
  return snapshot_for(
      {.who = visitor.who, .resume = RoomPosition{picture_.at.epoch, last}, .deflate = visitor.deflate});
}

Spoken Room::say(ChatAuthor who, std::string text) {
  auto weighed = weigh(std::move(who), std::move(text));
  if (const auto* refused = std::get_if<ChatRefusal>(&weighed)) return *refused;
  return place(std::move(std::get<Weighed>(weighed)));
}

std::variant<Room::Weighed, ChatRefusal> Room::weigh(ChatAuthor who, std::string text) {
  home_.check_here();
  if (closed_) return ChatRefusal{"rooms.unavailable", {}};
  if (!picture_.capabilities.chat) return ChatRefusal{"rooms.chat_off", {}};
  auto judged = gate_.judge(who, text, chat_limits());
  if (const auto* refused = std::get_if<ChatRefusal>(&judged)) return *refused;
  auto& passed = std::get<ChatGate::Passed>(judged);
  ChatLine line{.id = needs_.ids.next<MessageId>(),
                .from = std::move(who),
                .text = std::move(passed.text),
                .at = needs_.clock.wall()};
  return Weighed{std::move(line), passed.held};
}

// What changed while somebody was asked about the line counts.
Spoken Room::place(Weighed weighed) {
  home_.check_here();
  if (closed_) return ChatRefusal{"rooms.unavailable", {}};
  if (!picture_.capabilities.chat) return ChatRefusal{"rooms.chat_off", {}};
  ChatLine& line = weighed.line;
  if (const auto mute = gate_.mute_of(line.from))
    return ChatRefusal{"rooms.muted", mute->until - needs_.clock.wall()};
  const MessageId id = line.id;
  if (weighed.held) {
    if (gate_.held().size() >= ChatGate::kHeldMax) return ChatRefusal{"rooms.held_full", {}};
    gate_.hold({std::move(line), *weighed.held});
    return WaitingLine{id};
  }
  if (budget_.take(line.from, home_.core().config().get(kChatPerSecond), needs_.clock.monotonic())) {
    show_line(std::move(line));
    return ShownLine{id};
  }
  if (!budget_.waiting()) {
    slice_timer_.expires_after(ChatBudget::kSlice);
    slice_timer_.async_wait([self = weak_from_this()](const boost::system::error_code& cancelled) {
      const auto room = self.lock();
      if (!cancelled && room) room->end_chat_slice();
    });
  }
  show_to_speaker(budget_.wait(std::move(line)));
  return ShownLine{id};
}

// What a slice shows leaves in one frame: it deflates well, and costs a viewer's connection one head.
void Room::end_chat_slice() {
  auto slice = budget_.end_slice(home_.core().config().get(kChatPerSecond), needs_.clock.monotonic());
  std::vector<Resolved> resolved;
  for (ChatLine& line : slice.shown) {
    std::string body = chat_body(line);
    resolved.push_back(
        {handle_.reserve().seq, RoomEvent{.body = std::move(body), .change = std::move(line)}});
  }
  resolve_all(std::move(resolved));
  show_to_speaker(slice.unseen);
}

void Room::show_to_speaker(const std::vector<ChatLine>& lines) {
  for (const ChatLine& line : lines) needs_.lanes.send(line.from.id, own_chat_event(line), picture_.room);
}

void Room::show_line(ChatLine line) {
  const auto forever = boost::asio::steady_timer::time_point::max();
  if (!practice_) storing_[line.id] = std::make_shared<boost::asio::steady_timer>(home_.core().io(), forever);
  std::string body = chat_body(line);
  show_now({.body = std::move(body), .change = std::move(line)});
}

// Chat is shown first and stored after; what cannot be stored is lost to the history and the timeline.
Task<void> Room::store(std::shared_ptr<Room>, StoredChat line) {
  auto work = [room = picture_.room, line](Transaction& tx) { return insert_chat(tx, room, line); };
  const auto stored = co_await needs_.chat.write(std::move(work));
  if (!stored)
    log_warn("rooms.chat_not_stored", {{"room", picture_.room}, {"reason", stored.error().reason}});
  if (const auto waited = storing_.extract(line.line.id)) waited.mapped()->cancel();
}

Task<bool> Room::stored(MessageId id) {
  home_.check_here();
  const auto found = storing_.find(id);
  if (found == storing_.end()) co_return true;
  const auto done = found->second;
  boost::system::error_code cancelled;
  co_await done->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  co_return !storing_.contains(id);
}

std::optional<std::string> Room::show_held(MessageId id) {
  home_.check_here();
  auto held = gate_.take_held(id);
  if (!held) return std::nullopt;
  const std::string author = held->line.from.id;
  show_line(std::move(held->line));
  return author;
}

ChatGate::Limits Room::chat_limits() const {
  const Config& config = home_.core().config();
  return {.chars_max = config.get(kChatChars),
          .pace = {Milliseconds(config.get(kChatIntervalMs)), config.get(kChatBurst)}};
}

ChatGate& Room::gate() {
  home_.check_here();
  return gate_;
}

void Room::like(int64_t taps) {
  home_.check_here();
  if (taps <= 0 || practice_) return;
  likes_.add(taps);
  state_changed();
}

void Room::resolve(int64_t seq, std::optional<RoomEvent> event) {
  std::vector<Resolved> one;
  one.push_back({seq, std::move(event)});
  resolve_all(std::move(one));
}

void Room::resolve_all(std::vector<Resolved> resolved) {
  home_.check_here();
  if (closed_) return;
  for (Resolved& one : resolved) {
    check(one.seq > picture_.at.seq, "a number resolved twice");
    waiting_.emplace(one.seq, std::move(one.event));
  }
  std::vector<Shown> shown;
  size_t bytes = 0;
  while (!waiting_.empty() && waiting_.begin()->first == picture_.at.seq + 1) {
    const auto next = waiting_.extract(waiting_.begin());
    const auto& event = next.mapped();
    std::string text = apply(next.key(), event ? *event : RoomEvent{.body = void_body()});
    if (bytes + text.size() > kFrameBytes && !shown.empty()) {
      send(std::exchange(shown, {}));
      bytes = 0;
    }
    bytes += text.size();
    shown.push_back({next.key(), 0, std::move(text)});
  }
  if (!shown.empty()) send(std::move(shown));
}

// As one frame.
void Room::send(std::vector<Shown> shown) {
  std::vector<std::string> texts;
  for (const Shown& one : shown) texts.push_back(one.text);
  const uint64_t frame = feed_.append(frame_of(texts));
  for (Shown& one : shown) {
    one.frame = frame;
    recent_.push_back(std::move(one));
    if (recent_.size() > needs_.resume_events) recent_.pop_front();
  }
}

void Room::show_now(RoomEvent event) {
  if (closed_) return;
  resolve(handle_.reserve().seq, std::move(event));
}

// Takes the event into the picture; the answer is its text.
std::string Room::apply(int64_t seq, const RoomEvent& event) {
  picture_.at.seq = seq;
  std::string text = numbered(picture_.at, event.body);
  change(event.change, picture_.at, text);
  return text;
}

void Room::change(const RoomChange& change, RoomPosition at, const std::string& text) {
  if (const auto* now = std::get_if<NowShowingChange>(&change)) picture_.now_showing = now->json;
  if (const auto* showcase = std::get_if<ShowcaseChange>(&change))
    picture_.showcase_version = showcase->version;
  if (const auto* settings = std::get_if<ChatSettings>(&change)) gate_.set_settings(*settings);
  if (const auto* capabilities = std::get_if<Capabilities>(&change)) picture_.capabilities = *capabilities;
  if (const auto* live = std::get_if<LiveChange>(&change)) {
    picture_.live = summary_.live = live->live;
    handle_.set_summary(summary_);
  }
  if (const auto* title = std::get_if<TitleChange>(&change)) {
    picture_.title = summary_.title = title->title;
    picture_.host_name = summary_.host_name = title->host_name;
    handle_.set_summary(summary_);
  }
  if (const auto* deleted = std::get_if<ChatDeletion>(&change))
    std::erase_if(history_, [&](const HistoryLine& line) { return line.id == deleted->id; });
  if (const auto* flash = std::get_if<FlashSaleChange>(&change)) {
    if (!flash->json.empty()) picture_.flash_sales[flash->sale] = flash->json;
    if (flash->json.empty()) {
      picture_.flash_sales.erase(flash->sale);
      std::erase_if(flash_, [&](const auto& entry) { return entry.first.first == flash->sale; });
    }
  }
  if (const auto* poll = std::get_if<Poll>(&change)) know_poll(*poll);
  if (const auto* question = std::get_if<Question>(&change)) picture_.questions.take(*question);
  if (const auto* asking = std::get_if<QuestionsNews>(&change))
    picture_.questions.set_open(asking->open, practice_);
  if (const auto* drop = std::get_if<CouponDrop>(&change)) know_coupon(*drop);
  if (const auto* news = std::get_if<SessionNews>(&change)) {
    picture_.session = news->json;
    rehearse(news->practice);
  }
  if (const auto* line = std::get_if<ChatLine>(&change)) {
    history_.push_back({line->id, line->from, line->text, line->at, text, practice_});
    if (history_.size() > kHistoryLines) history_.pop_front();
    if (practice_) return;  // nothing of a rehearsal is kept
    home_.core().spawn(store(shared_from_this(), {at, *line, needs_.lives.moment(picture_.room, line->at)}));
  }
}

void Room::rehearse(bool practice) {
  if (practice_ && !practice) {
    std::erase_if(history_, [](const HistoryLine& line) { return line.rehearsed; });
    std::erase_if(polls_, [](const auto& entry) { return entry.second.practice; });
    picture_.questions.forget_practice();
    std::erase_if(picture_.coupons, [](const auto& entry) { return entry.second.practice; });
    rehearsed_to_ = picture_.at.seq;
  }
  practice_ = practice;
}

void Room::set_live(bool live) {
  home_.check_here();
  if (live == picture_.live) return;
  show_now({.body = live_body(live), .change = LiveChange{live}});
}

void Room::set_stock(SkuId sku, StockLevel level) {
  home_.check_here();
  StockLevel& kept = stock_[sku];
  if (level.version <= kept.version) return;
  kept = level;
  news_.stock[sku] = level;
  state_changed();
}

void Room::set_flash_stock(FlashKey key, FlashLevel level) {
  home_.check_here();
  FlashLevel& kept = flash_[key];
  if (level.version <= kept.version) return;
  kept = level;
  news_.flash[key] = level;
  state_changed();
}

void Room::notice(std::string text_key, std::string name, std::string product) {
  home_.check_here();
  notices_[std::move(text_key)] = {std::move(name), std::move(product)};
  state_changed();
}

void Room::know_poll(Poll poll) {
  home_.check_here();
  std::erase_if(polls_, [](const auto& entry) { return entry.second.state != PollState::open; });
  news_.polls.erase(poll.id);
  polls_[poll.id] = std::move(poll);
}

void Room::count_vote(PollId poll, int64_t option) {
  home_.check_here();
  const auto found = polls_.find(poll);
  // Once closed its counts are the database's.
  if (found == polls_.end() || found->second.state != PollState::open) return;
  ++found->second.counts.at(static_cast<size_t>(option));
  news_.polls[poll] = found->second;
  state_changed();
}

void Room::know_questions(bool open, const std::vector<Question>& shown) {
  home_.check_here();
  picture_.questions.set_open(open, practice_);
  for (const Question& question : shown) picture_.questions.take(question);
}

// Cards whose time is over go with the next one that comes.
void Room::know_coupon(const CouponDrop& drop) {
  home_.check_here();
  const WallTime now = needs_.clock.wall();
  std::erase_if(picture_.coupons, [&](const auto& entry) { return entry.second.ends <= now; });
  picture_.coupons.erase(drop.coupon);
  if (!drop.withdrawn) picture_.coupons[drop.coupon] = drop;
}

void Room::set_coupon_left(CouponId coupon, int64_t left, bool open, int64_t version) {
  home_.check_here();
  const auto found = picture_.coupons.find(coupon);
  if (found == picture_.coupons.end() || version <= found->second.version) return;
  CouponDrop& drop = found->second;
  drop.left = left;
  drop.open = open;
  drop.version = version;
  news_.coupons[coupon] = drop;
  state_changed();
}

bool Room::shows_line(MessageId id) const {
  return std::any_of(history_.begin(), history_.end(),
                     [id](const HistoryLine& line) { return line.id == id; });
}

std::optional<ChatLine> Room::find_line(MessageId id) const {
  const auto found =
      std::find_if(history_.begin(), history_.end(), [id](const HistoryLine& line) { return line.id == id; });
  if (found == history_.end()) return std::nullopt;
  return ChatLine{.id = id, .from = found->from, .text = found->words, .at = found->at};
}

std::string Room::name_of(const std::string& viewer) const {
  const auto found = std::find_if(history_.rbegin(), history_.rend(),
                                  [&](const HistoryLine& line) { return line.from.id == viewer; });
  return found == history_.rend() ? std::string() : found->from.name;
}

// State goes out soon, but not more often than every kStateEvery: what changed meanwhile is in it.
void Room::state_changed() {
  if (state_pending_ || closed_) return;
  state_pending_ = true;
  const Microseconds passed = needs_.clock.monotonic() - state_sent_at_;
  const Microseconds wait = std::max(Microseconds(0), Microseconds(kStateEvery) - passed);
  state_timer_.expires_after(wait);
  state_timer_.async_wait([self = weak_from_this()](const boost::system::error_code& cancelled) {
    const auto room = self.lock();
    if (!cancelled && room) room->flush_state();
  });
}

void Room::flush_state() {
  state_pending_ = false;
  state_sent_at_ = needs_.clock.monotonic();
  feed_.append(frame_of({state_event(picture_.online, likes_.total(), std::exchange(news_, {}))}));
  for (auto& [key, notice] : std::exchange(notices_, {}))
    show_now({.body = notice_body(key, notice.name, notice.product)});
  summary_.online = picture_.online;
  summary_.likes = likes_.total();
  handle_.set_summary(summary_);
  if (state_sent_at_ - likes_saved_at_ >= Microseconds(kSaveEvery)) save_likes();
}

void Room::save_likes() {
  if (!likes_.unsaved()) return;
  likes_saved_at_ = needs_.clock.monotonic();
  likes_.saved(likes_.total());
  home_.core().spawn(store_likes(needs_.chat, picture_.room, likes_.total()));
}

void Room::close() {
  home_.check_here();
  if (std::exchange(closed_, true)) return;
  save_likes();
  state_timer_.cancel();
  slice_timer_.cancel();
  for (const auto& [id, waited] : storing_) waited->cancel();
  feed_.end(websocket_close::kGoingAway, "rooms.draining");
}

}  // namespace vitrine
