#include "rooms/chat_gate.h"

#include <algorithm>

#include "rooms/text_fold.h"

namespace vitrine {
namespace {

size_t digest_of(const std::string& text) {
  return std::hash<std::string>{}(text);
}

}  // namespace

WallTime made_at(std::string_view viewer) {
  if (const auto guest = GuestId::parse(viewer)) return time_of_id(guest->value);
  if (const auto account = AccountId::parse(viewer)) return time_of_id(account->value);
  return {};
}

void ChatGate::set_settings(ChatSettings settings) {
  settings_ = std::move(settings);
  auto filter = WordFilter::make(settings_.words, settings_.patterns);
  filter_ = filter ? std::move(*filter) : WordFilter(settings_.words);
}

ChatPace::Limits ChatGate::pace(const ChatPace::Limits& usual) const {
  if (settings_.slow_mode_s == 0) return usual;
  return {.interval = std::chrono::seconds(settings_.slow_mode_s), .burst = 1};
}

std::variant<ChatGate::Passed, ChatRefusal> ChatGate::judge(const ChatAuthor& who, std::string_view text,
                                                            const Limits& limits) {
  if (const auto mute = mute_of(who)) return ChatRefusal{"rooms.muted", mute->until - clock_.wall()};
  auto clean = clean_chat(text, limits.chars_max);
  if (!clean) return ChatRefusal{clean.error().reason, {}};
  if (who.role) return Passed{std::move(*clean), {}};
  const MonotonicTime now = clock_.monotonic();
  if (!has_place_for(who.id)) return ChatRefusal{"rooms.too_fast", kTalkersPause};
  Talker& talker = talkers_[who.id];
  if (talker.quiet_until > now)
    return ChatRefusal{"rooms.flood", std::chrono::ceil<Milliseconds>(talker.quiet_until - now)};
  if (auto refusal = may_speak(who)) return strike(talker, *refusal);
  const bool caught = filter_.catches(*clean);
  if (caught && settings_.on_word == OnWord::refuse) return strike(talker, {"rooms.word_blocked", {}});
  const bool held = caught || settings_.review == Review::before;
  if (held && held_.size() >= kHeldMax) return ChatRefusal{"rooms.held_full", {}};
  if (const auto wait = too_fast(who, pace(limits.pace))) return strike(talker, {"rooms.too_fast", *wait});
  std::string folded = fold_text(*clean);
  std::erase(folded, ' ');
  if (folded.size() >= kCopyBytesMin && (repeats(talker, folded) || is_raid(folded)))
    return strike(talker, {"rooms.repeated", {}});
  return Passed{std::move(*clean),
                held ? std::optional(caught ? HeldWhy::word : HeldWhy::review) : std::nullopt};
}

std::optional<ChatRefusal> ChatGate::may_speak(const ChatAuthor& who) {
  if (settings_.speakers == Speakers::signed_in && !who.id.starts_with(AccountId::prefix()))
    return ChatRefusal{"rooms.sign_in_to_speak", {}};
  if (settings_.speakers == Speakers::followers && !who.follows)
    return ChatRefusal{"rooms.follow_to_speak", {}};
  const WallTime ripe = made_at(who.id) + std::chrono::minutes(settings_.new_account_minutes);
  if (settings_.new_account_minutes > 0 && ripe > clock_.wall())
    return ChatRefusal{"rooms.too_new", ripe - clock_.wall()};
  return std::nullopt;
}

// A device has its viewer's pace, so that changing accounts on it gains nothing. Guests cost nothing to
// make, so those of one address have a pace together as well; who signed in never shares one.
std::optional<Milliseconds> ChatGate::too_fast(const ChatAuthor& who, const ChatPace::Limits& limits) {
  const MonotonicTime now = clock_.monotonic();
  Milliseconds wait{0};
  if (!who.address.empty()) {
    const ChatPace::Limits together{limits.interval / kGuestsOfOneAddress,
                                    limits.burst * kGuestsOfOneAddress};
    wait = talkers_[who.address].pace.take(now, together);
  }
  if (wait.count() == 0 && !who.guest.empty()) wait = talkers_[who.guest].pace.take(now, limits);
  if (wait.count() == 0) wait = talkers_[who.id].pace.take(now, limits);
  return wait.count() > 0 ? std::optional(wait) : std::nullopt;
}

bool ChatGate::repeats(Talker& talker, const std::string& folded) {
  const MonotonicTime now = clock_.monotonic();
  const size_t line = digest_of(folded);
  const bool again =
      talker.last_at && talker.last_line == line && now - *talker.last_at < Microseconds(kRepeatAfter);
  if (!again) talker.last_at = now;
  talker.last_line = line;
  return again;
}

bool ChatGate::is_raid(const std::string& folded) {
  const MonotonicTime now = clock_.monotonic();
  if (copies_.size() >= kCopiesMax)
    std::erase_if(copies_, [&](const auto& entry) { return now - entry.second.since > kCopyWindow; });
  if (copies_.size() >= kCopiesMax) return false;
  Copies& copies = copies_[digest_of(folded)];
  if (copies.count == 0 || now - copies.since > kCopyWindow) copies = {0, now};
  return ++copies.count > kCopiesAllowed;
}

ChatRefusal ChatGate::strike(Talker& talker, ChatRefusal refusal) {
  const MonotonicTime now = clock_.monotonic();
  if (talker.strikes == 0 || now - talker.strikes_since > kStrikeWindow) {
    talker.strikes = 0;
    talker.strikes_since = now;
  }
  if (++talker.strikes < kStrikesMax) return refusal;
  talker.strikes = 0;
  talker.quiet_until = now + kFloodRest;
  return {"rooms.flood", kFloodRest};
}

// Forgets who is free to speak anyway.
bool ChatGate::has_place_for(const std::string& viewer) {
  if (talkers_.size() < kTalkersMax || talkers_.contains(viewer)) return true;
  const MonotonicTime now = clock_.monotonic();
  std::erase_if(talkers_, [&](const auto& entry) {
    const Talker& talker = entry.second;
    const bool said_lately = talker.last_at && now - *talker.last_at < Microseconds(kRepeatAfter);
    return talker.pace.rested(now) && talker.quiet_until <= now && !said_lately;
  });
  return talkers_.size() < kTalkersMax;
}

void ChatGate::set_mute(SanctionScope scope, Mute mute) {
  auto& mutes = mutes_[static_cast<size_t>(scope)];
  mutes[mute.account] = std::move(mute);
}

void ChatGate::drop_mute(SanctionScope scope, const std::string& account) {
  mutes_[static_cast<size_t>(scope)].erase(account);
}

std::optional<Mute> ChatGate::mute_of(const ChatAuthor& who) {
  std::optional<Mute> longest;
  for (auto& mutes : mutes_) {
    for (const std::string& account : {who.id, who.guest}) {
      const auto found = account.empty() ? mutes.end() : mutes.find(account);
      if (found == mutes.end()) continue;
      if (found->second.until <= clock_.wall())
        mutes.erase(found);
      else if (!longest || longest->until < found->second.until)
        longest = found->second;
    }
  }
  return longest;
}

std::optional<HeldLine> ChatGate::take_held(MessageId id) {
  const auto found =
      std::find_if(held_.begin(), held_.end(), [id](const HeldLine& held) { return held.line.id == id; });
  if (found == held_.end()) return std::nullopt;
  HeldLine out = std::move(*found);
  held_.erase(found);
  return out;
}

}  // namespace vitrine
