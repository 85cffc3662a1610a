// One room: numbers and shows its events, keeps what a newcomer must know, and coalesces what changes
// all the time.
//
// Invariants: 1. Events are shown in the order of their numbers, each number once; a number whose write
// came to nothing is shown as "void". 2. The picture is the sum of exactly the events shown. 3. The feed
// holds what was shown after a visitor's welcome, the welcome what was shown before. 4. Control events and
// lines of staff are shown at once, other lines within the room's budget: what waits has no number yet.
//
// Owns    the picture, the recent events, the feed of its viewers, the budget of chat, presence, likes and
// the
//         chat gate.
// Thread  its home core; made, used and destroyed there.
// Never   knows a socket, writes control rows, or waits for the chat store.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <variant>

#include "base/ids.h"
#include "rooms/chat_budget.h"
#include "rooms/chat_gate.h"
#include "rooms/likes.h"
#include "rooms/live_book.h"
#include "rooms/presence.h"
#include "rooms/private_lanes.h"
#include "rooms/room_feed.h"
#include "rooms/room_handle.h"
#include "rooms/room_store.h"
#include "rooms/sanction.h"

namespace vitrine {

// What an event changes in the picture, at the moment it is shown.
struct NowShowingChange {
  std::string json;
};
struct ShowcaseChange {
  int64_t version = 0;
};
struct LiveChange {
  bool live = false;
};
struct TitleChange {
  std::string title;
  std::string host_name;
};
struct ChatDeletion {
  MessageId id;
};
struct FlashSaleChange {
  FlashSaleId sale{};
  std::string json;  // empty: it is over
};
struct SessionNews {
  std::string json;
  bool practice = false;
};
struct QuestionsNews {
  bool open = false;
};
using RoomChange = std::variant<std::monostate, NowShowingChange, ShowcaseChange, LiveChange, TitleChange,
                                ChatDeletion, Capabilities, ChatLine, ChatSettings, FlashSaleChange,
                                SessionNews, Poll, Question, QuestionsNews, CouponDrop>;

struct RoomEvent {
  std::string body;
  RoomChange change{};
};

// What became of a line: shown, waiting for a moderator, or refused.
struct ShownLine {
  MessageId id;
};
struct WaitingLine {
  MessageId id;
};
using Spoken = std::variant<ShownLine, WaitingLine, ChatRefusal>;

class Room : public std::enable_shared_from_this<Room> {
 public:
  struct Needs {
    Cores& cores;
    const Clock& clock;
    IdSource& ids;
    Database& chat;       // this and the lanes outlive the room
    PrivateLanes& lanes;  // where a speaker sees a line that the others are not shown
    const LiveBook& lives;
    size_t resume_events;
    FeedOptions feed;
  };
  // What the databases know of it.
  struct Stored {
    RoomRecord record;
    std::map<SkuId, StockLevel> stock;
    std::map<FlashSaleId, std::string> flash_sales{};
    FlashLevels flash{};
    std::vector<StoredChat> chat;
    int64_t likes = 0;
    std::vector<Sanction> mutes;  // of this room and of all
    std::optional<LiveSession> session{};
    ChatSettings settings;
  };
  Room(Needs needs, RoomHandle& handle, Stored stored);

  struct Visitor {
    ChatAuthor who;
    std::optional<RoomPosition> resume;
    WebSocketDeflate deflate = WebSocketDeflate::off;  // the form of the feed its seat has
  };
  struct Welcome {
    std::vector<std::string> events;  // snapshot, or resumed and what was missed
    uint64_t sequence = 0;            // of the feed, right behind those events
    // Set when control rows after `gap->first` up to `gap->second` have to be added.
    std::optional<std::pair<RoomPosition, RoomPosition>> gap;
  };
  // The visitor's seat has its lease already, taken in the same turn.
  Welcome enter(const Visitor& visitor);
  FeedLease lease(Core& core, WebSocketDeflate deflate) { return feed_.lease(core, deflate); }
  void leave(const std::string& viewer);
  // For a viewer that lost the feed's slabs from `lost_from` on: a snapshot and the gap before it. Empty
  // when it is not known any more which events those were.
  std::optional<Welcome> catch_up(const Visitor& visitor, uint64_t lost_from);

  // Takes a line that the gate lets through: numbers, shows and stores it, now or within the budget's slice;
  // one that the budget leaves out only its speaker sees.
  Spoken say(ChatAuthor who, std::string text);
  // Answers when a line that was shown at once is stored: only then is it acknowledged. Of other lines at
  // once.
  // False when the room was closed first.
  Task<bool> stored(MessageId id);
  // The same in two steps, for a line that somebody else is asked about in between: what the gate says, and
  // then, if the room still lets it through, its place.
  struct Weighed {
    ChatLine line;
    std::optional<HeldWhy> held;
  };
  std::variant<Weighed, ChatRefusal> weigh(ChatAuthor who, std::string text);
  Spoken place(Weighed weighed);
  // Shows a line that waited; answers whose it was. Empty when it waits no longer.
  std::optional<std::string> show_held(MessageId id);
  void like(int64_t taps);

  // The outcome of a number taken with RoomHandle::reserve(): its event, or nothing.
  void resolve(int64_t seq, std::optional<RoomEvent> event);
  // Shows an event that is not stored as a row.
  void show_now(RoomEvent event);
  void set_live(bool live);
  void set_stock(SkuId sku, StockLevel level);
  void set_flash_stock(FlashKey key, FlashLevel level);
  // A poll as it is; the newest result stays, so that whoever comes sees it.
  void know_poll(Poll poll);
  // A vote that is durable.
  void count_vote(PollId poll, int64_t option);
  // Start-up: what viewers saw of them.
  void know_questions(bool open, const std::vector<Question>& shown);
  const ShownQuestions& questions() const { return picture_.questions; }
  void know_coupon(const CouponDrop& drop);
  // Of a coupon that may have been dropped here; older news changes nothing.
  void set_coupon_left(CouponId coupon, int64_t left, bool open, int64_t version);
  // "b***1 bought ...": merged, at most a few a second.
  void notice(std::string text_key, std::string name, std::string product);

  // Who may say what here.
  ChatGate& gate();
  // Whether the line is among the newest ones.
  bool shows_line(MessageId id) const;
  std::optional<ChatLine> find_line(MessageId id) const;
  // What a viewer who spoke lately is called; empty when nobody knows.
  std::string name_of(const std::string& viewer) const;

  // Ends the feed; saves what is unsaved.
  void close();

 private:
  static constexpr size_t kHistoryLines = 50;
  static constexpr size_t kFrameBytes = 16 * 1024;
  static constexpr Milliseconds kStateEvery{250};
  static constexpr Milliseconds kSaveEvery{5'000};

  struct Shown {
    int64_t seq;
    uint64_t frame;  // of the feed
    std::string text;
  };
  struct HistoryLine {
    MessageId id;
    ChatAuthor from;
    std::string words;
    WallTime at;
    std::string text;  // the numbered event
    bool rehearsed = false;
  };
  struct Notice {
    std::string name;
    std::string product;
  };

  void show_line(ChatLine line);
  // A number's outcome, not yet shown.
  struct Resolved {
    int64_t seq;
    std::optional<RoomEvent> event;
  };
  void resolve_all(std::vector<Resolved> resolved);
  void send(std::vector<Shown> shown);
  std::string apply(int64_t seq, const RoomEvent& event);
  void change(const RoomChange& change, RoomPosition at, const std::string& text);
  void end_chat_slice();
  Task<void> store(std::shared_ptr<Room> self, StoredChat line);
  void show_to_speaker(const std::vector<ChatLine>& lines);
  Welcome snapshot_for(const Visitor& visitor);
  bool can_resume(RoomPosition from) const;
  void rehearse(bool practice);
  ChatGate::Limits chat_limits() const;
  void state_changed();
  void flush_state();
  void save_likes();

  HomeCore home_;
  RoomHandle& handle_;
  Needs needs_;
  RoomPicture picture_;
  RoomSummary summary_;
  std::map<SkuId, StockLevel> stock_;
  FlashLevels flash_;
  std::map<PollId, Poll> polls_;
  StateNews news_;
  // Lines that are shown and not stored yet; the timer ends when they are.
  std::map<MessageId, std::shared_ptr<boost::asio::steady_timer>> storing_;
  std::deque<HistoryLine> history_;
  std::deque<Shown> recent_;
  std::map<int64_t, std::optional<RoomEvent>> waiting_;  // resolved, but an earlier number is not
  std::map<std::string, Notice> notices_;                // by text_key
  bool practice_ = false;
  int64_t rehearsed_to_ = 0;  // the last event of a rehearsal: viewers are not told of it
  ChatGate gate_;
  Presence presence_;
  Likes likes_;
  MonotonicTime likes_saved_at_;
  MonotonicTime state_sent_at_;
  boost::asio::steady_timer state_timer_;
  bool state_pending_ = false;
  ChatBudget budget_;
  boost::asio::steady_timer slice_timer_;
  bool closed_ = false;
  RoomFeed feed_;
};

}  // namespace vitrine
