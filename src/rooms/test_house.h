// For tests of rooms: a house with rooms that can be shut and opened again, the shop's database beside
// it, and viewers that keep their list as the page does.
//
// Thread  the test's; what lives on cores is reached from here.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "base/config.h"
#include "bus/bus.h"
#include "contract/events.h"
#include "contract/proofs.h"
#include "contract/purchases.h"
#include "rooms/config.h"
#include "rooms/moderation_service.h"
#include "rooms/room_service.h"
#include "rooms/room_socket.h"
#include "rooms/session_service.h"
#include "rooms/shop_events.h"
#include "runtime/blocking_queue.h"
#include "testing/blocking.h"
#include "testing/postgres_server.h"

namespace vitrine {

class TestMedia final : public MediaPort {
 public:
  StreamStatus status(const std::string&) const override {
    StreamStatus out;
    out.state = asked++ >= live_after ? StreamState::live : state.load();
    if (out.state != StreamState::idle) out.newest = MediaTime{epoch, pts};
    return out;
  }
  std::string play_query(const std::string&, const std::string& viewer) const override {
    return by_token ? "token=for." + viewer : "";
  }
  void on_state(std::function<void(std::string, StreamState)>) override {}

  bool by_token = false;
  int live_after = INT_MAX;  // answers that say `state`
  std::atomic<StreamState> state{StreamState::idle};
  std::atomic<int64_t> epoch{1};
  std::atomic<int64_t> pts{900'000};
  mutable std::atomic<int> asked{0};
};
class TestOps final : public OpsPort {
 public:
  Capabilities capabilities() const override { return {}; }
};
class TestMembers final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override {
    co_return Error{ErrorKind::not_found, "members.address"};
  }
  Task<Result<void>> audit(AuditEntry) override { co_return Result<void>(); }
};

// Hashes nothing; a token is the words "for ROOM".
class TestProofs final : public ProofPort {
 public:
  Task<Result<std::string>> hash_password(std::string password) override { co_return "hashed " + password; }
  Task<Result<bool>> check_password(std::string encoded, std::string password) override {
    co_return encoded == "hashed " + password;
  }
  Task<Result<void>> check_terms(TokenTerms terms) override {
    if (terms.kind != TokenKeyKind::site && terms.key.empty())
      co_return Error{ErrorKind::invalid_input, "members.jwt_key"};
    co_return Result<void>();
  }
  Task<Result<WatchClaims>> watch_claims(TokenTerms, std::string token) override {
    if (!token.starts_with("for ")) co_return Error{ErrorKind::unauthenticated, "members.token"};
    co_return WatchClaims{"somebody", token.substr(4), {INT64_MAX}};
  }
  Task<Result<int64_t>> tier(AccountId account) override { co_return tiers[account]; }

  std::map<AccountId, int64_t> tiers;
};

class TestPurchases final : public PurchasePort {
 public:
  Task<Result<std::optional<OrderId>>> paid_order(AccountId buyer, ProductId product) override {
    if (down) co_return Error{ErrorKind::unavailable, "shop.unavailable"};
    const auto found = paid.find({buyer, product});
    co_return found == paid.end() ? std::nullopt : std::optional(found->second);
  }
  Task<Result<bool>> on_offer(ProductId product) override { co_return product == sold; }

  Task<Result<CouponCard>> coupon_card(CouponId coupon) override {
    if (coupon != card.coupon) co_return Error{ErrorKind::not_found, "shop.coupon"};
    co_return card;
  }

  ProductId sold{};
  CouponCard card{};
  std::map<std::pair<AccountId, ProductId>, OrderId> paid;
  bool down = false;
};

inline std::shared_ptr<const Config> test_config(int64_t chat_interval_ms = 0,
                                                 int64_t chat_per_second = 100'000) {
  auto config = std::make_shared<Config>(rooms_config_keys());
  check(!config->set_value("rooms.chat_interval_ms", chat_interval_ms, "test"), "a key of ours");
  check(!config->set_value("rooms.chat_per_second", chat_per_second, "test"), "a key of ours");
  return config;
}

class TestHouse {
 public:
  explicit TestHouse(StoreHooks* rooms_hooks = nullptr, size_t resume_events = 2'000)
      : rooms_hooks_(rooms_hooks), resume_events_(resume_events) {
    configure(test_config());
    check(cipher.load(folder.path() + "/secrets/rooms.key").ok(), "a key for the test");
    cores.start();
    shop = open_one("shop", {}, nullptr);
    open();
  }
  ~TestHouse() {
    shut();
    shop->close();
    cores.stop();
  }

  void open() {
    context = std::unique_ptr<RoomsContext>(
        new RoomsContext{.cores = cores,
                         .clock = clock,
                         .ids = ids,
                         .media = media,
                         .ops = ops,
                         .members = members,
                         .cipher = cipher,
                         .database = open_one("rooms", rooms_migrations(), rooms_hooks_),
                         .chat = open_one("chat", chat_migrations(), nullptr),
                         .directory = {},
                         .lanes = {},
                         .resume_events = resume_events_,
                         .feed = {}});
    context->feed.policy.on_lag = LagPolicy::ask;
    context->feed.policy.lag_max = lag_max;
    service = std::make_unique<RoomService>(*context);
    moderation = std::make_unique<ModerationService>(*context, *service);
    sessions = std::make_unique<SessionService>(*context, *service, cores.at(0));
    shop_events = std::make_unique<ShopEvents>(*context);
    check(wait_on(cores.at(0), moderation->load()).ok(), "bans and roles are known");
    check(wait_on(cores.at(0), sessions->load()).ok(), "sessions are known");
    check(wait_on(cores.at(0), service->load()).ok(), "the rooms open");
    bus = make_local_bus({.back_off_first = Milliseconds(5)});
    bus->source(*shop);
    bus->subscribe(shop_events->subscription("rooms.shop", "shop"));
    bus->start();
  }
  void shut() {
    bus->stop();
    wait_on(cores.at(0), sessions->close());
    wait_on(cores.at(0), service->close());
    context->chat->close();
    context->database->close();
  }
  void restart() {
    shut();
    open();
  }
  void configure(std::shared_ptr<const Config> config) {
    for (int index = 0; index < cores.count(); ++index) {
      Core& core = cores.at(index);
      if (cores.running())
        core.post([&core, config] { core.set_config(config); });
      else
        core.set_config(config);
    }
  }

  RoomHandlePtr room(const std::string& name = "demo") {
    if (!context->directory.find(name)) {
      const auto made = wait_on(cores.at(0), service->create({name, "A title", "A host"}, std::nullopt));
      check(made.ok(), "a room for the test");
    }
    return context->directory.find(name);
  }
  // An event of the shop, committed to its outbox.
  template <Dto E>
  void emit(const E& event) {
    auto work = [event](Transaction& tx) { return tx.emit("thing", 1, event); };
    check(wait_on(cores.at(0), shop->write(std::move(work))).ok(), "an event of the shop");
  }
  // In room "demo"; answers when it ends.
  WallTime mute(const std::string& account, Milliseconds lasts, const std::string& reason) {
    const WallTime now = clock.wall();
    Sanction sanction{
        .account = account, .name = {}, .until = now + lasts, .reason = reason, .by = "Mod", .at = now};
    const auto done =
        wait_on(cores.at(0), moderation->sanction("demo", sanction, {"test", account, "digest"}));
    check(done.ok(), "a mute for the test");
    return sanction.until;
  }
  // A control event that names itself.
  void change_showcase(int64_t version, const std::string& name = "demo") {
    emit(ShowcaseChanged{name, version});
  }

  TestFolder folder;
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  FieldCipher cipher{random};
  Cores cores{2};
  TestMedia media;
  TestOps ops;
  TestMembers members;
  Milliseconds lag_max{60'000};
  std::unique_ptr<Database> shop;
  std::unique_ptr<RoomsContext> context;
  std::unique_ptr<RoomService> service;
  std::unique_ptr<ModerationService> moderation;
  std::unique_ptr<SessionService> sessions;
  std::unique_ptr<ShopEvents> shop_events;
  std::unique_ptr<Bus> bus;

 private:
  std::unique_ptr<Database> open_one(std::string name, std::vector<Migration> migrations, StoreHooks* hooks) {
    auto opened = open_database({.name = std::move(name),
                                 .directory = folder.path() + "/db",
                                 .url = test_database_url(folder.path()),
                                 .migrations = std::move(migrations),
                                 .durable = false,
                                 .hooks = hooks});
    check(opened.ok(), "a database for the test");
    return std::move(*opened);
  }

  StoreHooks* rooms_hooks_;
  size_t resume_events_;
};

// Takes bytes like a socket and hands out the events in them.
class TestSocket final : public RingSocket {
 public:
  Result<size_t> send(std::span<const iovec> pieces) override {
    if (stalled) return 0;
    size_t taken = 0;
    for (const iovec& piece : pieces) {
      const auto* bytes = static_cast<const uint8_t*>(piece.iov_base);
      buffer_.insert(buffer_.end(), bytes, bytes + piece.iov_len);
      taken += piece.iov_len;
    }
    decode();
    return taken;
  }
  // As a socket does: at once when it takes bytes anyway.
  void when_writable(std::function<void()> wake) override {
    if (stalled)
      wake_ = std::move(wake);
    else
      Core::current()->post(std::move(wake));
  }
  size_t unsent_bytes() const override { return 0; }
  // On the socket's core.
  void flow() {
    stalled = false;
    if (const auto wake = std::exchange(wake_, nullptr)) wake();
  }

  BlockingQueue<boost::json::array> frames{1'000'000};
  bool stalled = false;
  std::atomic<int> deflated_frames{0};

 private:
  void decode() {
    size_t at = 0;
    while (buffer_.size() - at >= 2) {
      size_t head = 2;
      uint64_t size = buffer_[at + 1];
      const int more = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (more != 0) size = 0;
      if (buffer_.size() - at < head + static_cast<size_t>(more)) break;
      for (int index = 0; index < more; ++index) size = size << 8 | buffer_[at + head++];
      if (buffer_.size() - at < head + size) break;
      const auto* text = reinterpret_cast<const char*>(buffer_.data() + at + head);
      const bool is_text = (buffer_[at] & 0x0F) == 1;  // else the close frame of a drained room
      if (is_text) {
        const bool deflated = (buffer_[at] & 0x40) != 0;
        std::string whole(text, size);
        if (deflated) whole = inflate_message(whole, 1 << 20).value();
        if (deflated) ++deflated_frames;
        auto frame = boost::json::parse(whole).as_array();
        check(frames.push(frame) == Pushed::taken, "room for a frame");
      }
      at += head + size;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  std::vector<uint8_t> buffer_;
  std::function<void()> wake_;
};

// What a page keeps of a room, as web/packages/sdk does: its position and what it shows.
class TestPage {
 public:
  std::optional<RoomPosition> position;
  std::vector<int64_t> showcases;       // versions of showcase_changed, in order of arrival
  std::vector<std::string> chat;        // lines on the screen
  std::vector<std::string> everything;  // kinds, in order
  int64_t showcase_at_snapshot = 0;
  int doubled = 0;
  int holes = 0;

  void apply(const boost::json::object& event) {
    const std::string kind(event.at("kind").as_string());
    everything.push_back(kind);
    if (kind == "snapshot") {
      position = at_of(event);
      showcase_at_snapshot = event.at("showcase_version").as_int64();
      chat.clear();
      for (const auto& line : event.at("chat").as_array()) chat.emplace_back(line.at("text").as_string());
    } else if (kind == "gap") {
      replay_ = RoomPosition{event.at("from_epoch").as_int64(), event.at("from_seq").as_int64()};
    } else if (kind != "resumed" && event.contains("seq")) {
      apply_numbered(kind, event);
    }
  }

 private:
  void apply_numbered(const std::string& kind, const boost::json::object& event) {
    const RoomPosition at = at_of(event);
    if (position && at <= *position) {
      if (!replay_ || at <= *replay_) {
        ++doubled;
        return;
      }
      replay_ = at;
    } else {
      if (position && at.epoch == position->epoch && at.seq != position->seq + 1) ++holes;
      position = at;
      if (kind == "chat") chat.emplace_back(event.at("text").as_string());
    }
    if (kind == "showcase_changed") showcases.push_back(event.at("version").as_int64());
  }
  static RoomPosition at_of(const boost::json::object& event) {
    return {event.at("epoch").as_int64(), event.at("seq").as_int64()};
  }

  std::optional<RoomPosition> replay_;
};

// A page with one room open.
class TestViewer {
 public:
  TestViewer(TestHouse& house, std::string id, int core = 1)
      : house_(house), core_(house.cores.at(core)), who_{std::move(id), "Somebody", std::nullopt} {}
  ~TestViewer() { disconnect(); }
  TestViewer(const TestViewer&) = delete;

  ChatAuthor& who() { return who_; }

  Result<void> connect(const std::string& room = "demo") {
    disconnect();
    socket_ = std::make_shared<TestSocket>();
    RoomSocket::Needs needs{.context = *house_.context,
                            .room = house_.room(room),
                            .core = core_,
                            .socket = *socket_,
                            .who = who_,
                            .deflate = deflate,
                            .ended = {}};
    seat_ = std::make_shared<RoomSocket>(std::move(needs));
    return wait_on(core_, seat_->enter(page.position));
  }
  // What had not been read by then is lost, as on a broken connection.
  void disconnect() {
    unread_.clear();
    if (!seat_) return;
    wait_on(core_, leave(std::exchange(seat_, nullptr), std::exchange(socket_, nullptr)));
  }
  void send(std::string json) { wait_on(core_, seat_->take(std::move(json))); }
  void say(const std::string& text) {
    send(boost::json::serialize(boost::json::object{{"kind", "chat"}, {"ref", "r"}, {"text", text}}));
  }
  void stall() {
    post([socket = socket_] { socket->stalled = true; });
  }
  void flow() {
    post([socket = socket_] { socket->flow(); });
  }

  // Reads until an event of that kind has come; it is the answer.
  boost::json::object until(std::string_view kind) {
    return until([kind](const boost::json::object& event) { return event.at("kind").as_string() == kind; });
  }
  template <class Wanted>
  boost::json::object until(Wanted wanted)
    requires std::predicate<Wanted, const boost::json::object&>
  {
    while (true) {
      const auto event = next();
      if (wanted(event)) return event;
    }
  }
  // Frames that came deflated on the open connection.
  int deflated_frames() const { return socket_->deflated_frames; }
  // Reads what is there.
  void read_some() {
    for (const auto& frame : socket_->frames.take_within(1'000, Milliseconds(0))) keep(frame);
    while (!unread_.empty()) next();
  }
  // Reads up to there, and the frame it comes in to its end.
  void until_position(RoomPosition wanted) {
    while (!page.position || *page.position < wanted || !unread_.empty()) next();
  }

  TestPage page;
  WebSocketDeflate deflate = WebSocketDeflate::off;  // from the next connect() on

 private:
  static Task<void> leave(std::shared_ptr<RoomSocket> seat, std::shared_ptr<TestSocket>) {
    seat->leave();
    co_return;
  }
  void post(std::function<void()> work) {
    std::promise<void> done;
    core_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  void keep(const boost::json::array& frame) {
    for (const auto& event : frame) unread_.push_back(event.as_object());
  }
  boost::json::object next() {
    while (unread_.empty()) {
      const auto taken = socket_->frames.take_within(1, Milliseconds(10'000));
      check(!taken.empty(), "an event that never came");
      keep(taken.front());
    }
    const boost::json::object event = unread_.front();
    unread_.pop_front();
    page.apply(event);
    return event;
  }

  TestHouse& house_;
  Core& core_;
  ChatAuthor who_;
  std::shared_ptr<TestSocket> socket_;
  std::shared_ptr<RoomSocket> seat_;
  std::deque<boost::json::object> unread_;  // the rest of the frame begun
};

}  // namespace vitrine
