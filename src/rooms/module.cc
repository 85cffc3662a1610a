#include "rooms/module.h"

#include <boost/asio/use_future.hpp>
#include <future>

#include "base/log.h"
#include "rooms/access_events.h"
#include "rooms/config.h"
#include "rooms/coupon_drop_api.h"
#include "rooms/entry_api.h"
#include "rooms/follow_api.h"
#include "rooms/moderation_api.h"
#include "rooms/poll_api.h"
#include "rooms/question_api.h"
#include "rooms/review_api.h"
#include "rooms/room_door.h"
#include "rooms/rooms_api.h"
#include "rooms/session_api.h"
#include "rooms/shop_events.h"

namespace vitrine {
namespace {

constexpr Error kUnavailable{ErrorKind::unavailable, "rooms.unavailable"};

// The main thread waits while a core works.
template <class T>
T wait_for(Core& core, Task<T> task) {
  auto answer = std::make_shared<std::promise<T>>();
  auto done = answer->get_future();
  auto run = [](Task<T> inner, std::shared_ptr<std::promise<T>> out) -> Task<void> {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(inner);
      out->set_value();
    } else {
      out->set_value(co_await std::move(inner));
    }
  };
  core.spawn(run(std::move(task), std::move(answer)));
  return done.get();
}

FeedOptions room_feed(Milliseconds lag_max) {
  return {.limits = {.slabs_max = 8'192, .bytes_max = 8u << 20, .age_max = Milliseconds(30'000)},
          .policy = {.flush = FlushMode::sweep, .on_lag = LagPolicy::ask, .lag_max = lag_max}};
}

}  // namespace

struct RoomsModule::Parts {
  explicit Parts(RoomsNeeds n)
      : needs(std::move(n)),
        cipher(needs.random),
        context{.cores = needs.cores,
                .clock = needs.clock,
                .ids = needs.ids,
                .media = needs.media,
                .ops = needs.ops,
                .members = needs.members,
                .cipher = cipher,
                .database = nullptr,
                .chat = nullptr,
                .directory = {},
                .lanes = {},
                .feed = {}},
        service(context),
        moderation(context, service),
        sessions(context, service, home()),
        api(context, service),
        session_api(context, sessions),
        polls(context, service),
        poll_api(context, polls),
        questions(context, service),
        question_api(context, questions),
        coupon_drops(context, service),
        coupon_drop_api(context, coupon_drops),
        moderation_api(context, service, moderation),
        entry(context, needs.proofs, needs.random),
        entry_api(context, entry),
        follow_api(context),
        review_api(context, needs.random),
        door(context),
        shop_events(context),
        ops_events(context),
        access_events(context) {}

  Core& home() const { return needs.cores.home_of("rooms"); }

  RoomsNeeds needs;
  FieldCipher cipher;
  RoomsContext context;
  RoomService service;
  ModerationService moderation;
  SessionService sessions;
  RoomsApi api;
  SessionApi session_api;
  PollService polls;
  PollApi poll_api;
  QuestionService questions;
  QuestionApi question_api;
  CouponDropService coupon_drops;
  CouponDropApi coupon_drop_api;
  ModerationApi moderation_api;
  EntryService entry;
  EntryApi entry_api;
  FollowApi follow_api;
  ReviewApi review_api;
  RoomDoor door;
  ShopEvents shop_events;
  ShopEvents ops_events;
  AccessEvents access_events;
};

RoomsModule::RoomsModule(RoomsNeeds needs) : parts_(std::make_unique<Parts>(std::move(needs))) {
  parts_->api.add_routes(parts_->needs.router);
  parts_->session_api.add_routes(parts_->needs.router);
  parts_->poll_api.add_routes(parts_->needs.router);
  parts_->question_api.add_routes(parts_->needs.router);
  parts_->coupon_drop_api.add_routes(parts_->needs.router);
  parts_->moderation_api.add_routes(parts_->needs.router);
  parts_->entry_api.add_routes(parts_->needs.router);
  parts_->follow_api.add_routes(parts_->needs.router);
  parts_->review_api.add_routes(parts_->needs.router);
  parts_->door.add_routes(parts_->needs.router);
  // A room carries the stream of its own name.
  parts_->needs.media.on_state([parts = parts_.get()](const std::string& stream, StreamState) {
    const auto handle = parts->context.directory.find(stream);
    if (!handle) return;
    parts->sessions.stream_changed(handle);
    handle->home().post([parts, handle, stream] {
      if (handle->room()) handle->room()->set_live(picture_shown(parts->context, handle->name(), stream));
    });
  });
}

RoomsModule::~RoomsModule() = default;

Result<void> RoomsModule::start() {
  RoomsContext& context = parts_->context;
  const Config& config = parts_->home().config();
  context.resume_events = static_cast<size_t>(config.get(kResumeEvents));
  context.feed = room_feed(Milliseconds(config.get(kLagMs)));
  if (auto loaded = parts_->cipher.load(parts_->needs.data_directory + "/secrets/rooms.key"); !loaded)
    return loaded;
  const std::string directory = parts_->needs.data_directory + "/db";
  const std::string& url = parts_->needs.database_url;
  auto database =
      open_database({.name = "rooms", .directory = directory, .url = url, .migrations = rooms_migrations()});
  if (!database) return database.error();
  auto chat = open_database({.name = "chat",
                             .directory = directory,
                             .url = url,
                             .migrations = chat_migrations(),
                             .durable = false});
  if (!chat) return chat.error();
  context.database = std::move(*database);
  context.chat = std::move(*chat);
  if (auto known = wait_for(parts_->home(), parts_->moderation.load()); !known) return known;
  if (auto ruled = wait_for(parts_->home(), parts_->entry.load()); !ruled) return ruled;
  if (auto known = wait_for(parts_->home(), parts_->sessions.load()); !known) return known;
  if (auto loaded = wait_for(parts_->home(), parts_->service.load()); !loaded) return loaded;
  if (auto known = wait_for(parts_->home(), parts_->polls.load()); !known) return known;
  if (auto known = wait_for(parts_->home(), parts_->questions.load()); !known) return known;
  if (auto known = wait_for(parts_->home(), parts_->coupon_drops.load()); !known) return known;
  Task<Result<void>> following = context.follows.load(*context.database);
  if (auto known = wait_for(parts_->home(), std::move(following)); !known) return known;
  Task<Result<void>> reviewing = context.review.load(*context.database, parts_->cipher);
  if (auto known = wait_for(parts_->home(), std::move(reviewing)); !known) return known;
  parts_->door.start();
  parts_->home().post([sessions = &parts_->sessions] { sessions->start(); });
  Bus& bus = parts_->needs.bus;
  bus.source(*context.database);
  bus.subscribe(parts_->shop_events.subscription("rooms.shop", "shop"));
  bus.subscribe(parts_->ops_events.subscription("rooms.ops", "ops"));
  bus.subscribe(parts_->access_events.subscription("rooms.access.shop", "shop"));
  bus.subscribe(parts_->access_events.subscription("rooms.access.members", "members"));
  return {};
}

// Viewers are sent elsewhere first: here they would see nothing new.
void RoomsModule::drain() {
  parts_->door.drain();
  if (parts_->context.database) wait_for(parts_->home(), parts_->service.drain());
}

void RoomsModule::stop() {
  if (!parts_->context.database) return;
  parts_->door.stop();
  wait_for(parts_->home(), parts_->sessions.close());
  wait_for(parts_->home(), parts_->service.close());
  parts_->context.chat->close();
  parts_->context.database->close();
}

std::optional<std::string> RoomsModule::trouble() const {
  const RoomsContext& context = parts_->context;
  if (!context.database || !context.chat) return "not started";
  if (const auto failed = context.database->health()) return "rooms: " + std::string(failed->reason);
  if (const auto failed = context.chat->health()) return "chat: " + std::string(failed->reason);
  return std::nullopt;
}

const AudiencePort& RoomsModule::audience() const {
  return parts_->context.doors;
}

void RoomsModule::set_purchases(PurchasePort& purchases) {
  parts_->entry.set_purchases(purchases);
  parts_->coupon_drops.set_purchases(purchases);
}

const RoomsPort& RoomsModule::port() const {
  return parts_->context.lives;
}

Task<Result<void>> RoomsModule::create_room(std::string room, std::string title, std::string host_name) {
  if (!parts_->context.database) co_return kUnavailable;
  RoomDraft draft{std::move(room), std::move(title), std::move(host_name)};
  const auto created = co_await parts_->service.create(std::move(draft), std::nullopt);
  if (!created) co_return created.error();
  co_return Result<void>();
}

}  // namespace vitrine
