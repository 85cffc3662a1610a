// Whether a line may be said in one room: mutes, pace, slow mode, who may speak, words, repetition and
// floods; and the lines that wait for a moderator.
//
// Owns    the room's chat settings, mutes, held lines, and what each talker, device and address did lately.
// Thread  its room's.
// Never   shows or stores a line, and judges staff by pace or words: they set both.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "rooms/chat_rules.h"
#include "rooms/room_events.h"
#include "rooms/word_filter.h"

namespace vitrine {

enum class Review : uint8_t { after, before };  // shown at once, or first seen by a moderator
constexpr std::array<std::string_view, 2> enum_names(Review) {
  return {"after", "before"};
}
enum class Speakers : uint8_t { everyone, signed_in, followers };
constexpr std::array<std::string_view, 3> enum_names(Speakers) {
  return {"everyone", "signed_in", "followers"};
}
enum class OnWord : uint8_t { refuse, hold };
constexpr std::array<std::string_view, 2> enum_names(OnWord) {
  return {"refuse", "hold"};
}

// What staff set for one room.
struct ChatSettings {
  int64_t slow_mode_s = 0;  // one line a viewer in this time; 0: as rooms.chat_interval_ms says
  Review review = Review::after;
  Speakers speakers = Speakers::everyone;
  int64_t new_account_minutes = 0;  // so old must a guest or account be before it may speak
  OnWord on_word = OnWord::refuse;
  std::vector<std::string> words;
  std::vector<std::string> patterns;
};

// Why a line was not said.
struct ChatRefusal {
  std::string_view slug;
  std::optional<Milliseconds> retry_after;
};

enum class HeldWhy : uint8_t { review, word, hook };
constexpr std::array<std::string_view, 3> enum_names(HeldWhy) {
  return {"review", "word", "hook"};
}
struct HeldLine {
  ChatLine line;
  HeldWhy why = HeldWhy::review;
};

enum class SanctionScope : uint8_t { room, site };
constexpr std::array<std::string_view, 2> enum_names(SanctionScope) {
  return {"room", "site"};
}

// When an account or guest was made: its id says so.
WallTime made_at(std::string_view viewer);

class ChatGate {
 public:
  struct Limits {
    int64_t chars_max = 200;
    ChatPace::Limits pace;
  };
  static constexpr size_t kHeldMax = 500;  // more lines are refused with "rooms.held_full"

  explicit ChatGate(const Clock& clock) : clock_(clock) {}

  // The patterns have been checked: one that is none is left out.
  void set_settings(ChatSettings settings);
  const ChatSettings& settings() const { return settings_; }
  // The pace in force.
  ChatPace::Limits pace(const ChatPace::Limits& usual) const;

  struct Passed {
    std::string text;  // clean
    std::optional<HeldWhy> held;
  };
  std::variant<Passed, ChatRefusal> judge(const ChatAuthor& who, std::string_view text, const Limits& limits);

  void set_mute(SanctionScope scope, Mute mute);
  void drop_mute(SanctionScope scope, const std::string& account);
  // The one that lasts longest; a guest's goes on when it signs in.
  std::optional<Mute> mute_of(const ChatAuthor& who);

  void hold(HeldLine line) { held_.push_back(std::move(line)); }
  const std::deque<HeldLine>& held() const { return held_; }
  std::optional<HeldLine> take_held(MessageId id);

 private:
  static constexpr size_t kTalkersMax = 20'000;  // more at one time wait
  static constexpr Milliseconds kTalkersPause{1'000};
  static constexpr size_t kCopiesMax = 2'000;
  static constexpr int64_t kGuestsOfOneAddress = 10;  // how many times one guest's pace they have together
  // Shorter lines are chants that everybody repeats: "1", "666", "我要".
  static constexpr size_t kCopyBytesMin = 16;
  static constexpr Milliseconds kRepeatAfter{30'000};
  // What so many have just said is a raid.
  static constexpr int kCopiesAllowed = 5;
  static constexpr Milliseconds kCopyWindow{10'000};
  // Who is refused so often in a minute is not listened to for the next.
  static constexpr int kStrikesMax = 10;
  static constexpr Milliseconds kStrikeWindow{60'000};
  static constexpr Milliseconds kFloodRest{60'000};

  struct Talker {
    ChatPace pace;
    size_t last_line = 0;  // digest of the folded text
    std::optional<MonotonicTime> last_at;
    int strikes = 0;
    MonotonicTime strikes_since{};
    MonotonicTime quiet_until{};
  };
  struct Copies {
    int count = 0;
    MonotonicTime since{};
  };

  std::optional<ChatRefusal> may_speak(const ChatAuthor& who);
  std::optional<Milliseconds> too_fast(const ChatAuthor& who, const ChatPace::Limits& limits);
  bool repeats(Talker& talker, const std::string& folded);
  bool is_raid(const std::string& folded);
  ChatRefusal strike(Talker& talker, ChatRefusal refusal);
  bool has_place_for(const std::string& viewer);

  const Clock& clock_;
  ChatSettings settings_;
  WordFilter filter_;
  std::array<std::unordered_map<std::string, Mute>, 2> mutes_;  // by scope, by account
  std::unordered_map<std::string, Talker> talkers_;             // by viewer, device, and address of guests
  std::unordered_map<size_t, Copies> copies_;
  std::deque<HeldLine> held_;
};

}  // namespace vitrine
