// The newest session of each room, in memory: asked by the door, by the picture, and by everything that
// writes an event of a session.
//
// Owns    the copy; live_sessions of rooms.sqlite is the truth. Thread  any.
// Never   waits.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "contract/rooms.h"
#include "rooms/live_session.h"
#include "runtime/guarded.h"

namespace vitrine {

class LiveBook final : public RoomsPort {
 public:
  // What is older than what is known is left out.
  void set(LiveSession session) {
    book_.with([&](Book& book) {
      LiveSession& kept = book[session.room];
      const bool newer = session.id == kept.id ? session.version > kept.version : session.id > kept.id;
      if (newer) kept = std::move(session);
    });
  }
  std::optional<LiveSession> newest(const std::string& room) const {
    return look<std::optional<LiveSession>>(room, [](const LiveSession& session) { return session; });
  }
  // Where on the line of the room's session something lies; see moment_of().
  std::optional<LiveMoment> moment(const std::string& room, WallTime at,
                                   std::optional<MediaTime> media = std::nullopt) const {
    return look<std::optional<LiveMoment>>(
        room, [&](const LiveSession& session) { return moment_of(session, at, media); });
  }
  bool rehearses(const std::string& room) const override {
    return look<bool>(room, [](const LiveSession& session) { return session.practice; });
  }
  // Whether only staff may see the picture that comes now.
  bool backstage(const std::string& room) const { return look<bool>(room, is_backstage); }
  std::vector<std::string> backstage_rooms() const {
    return book_.with([](const Book& book) {
      std::vector<std::string> out;
      for (const auto& [room, session] : book) {
        if (is_backstage(session)) out.push_back(room);
      }
      return out;
    });
  }

 private:
  using Book = std::map<std::string, LiveSession, std::less<>>;

  static bool is_backstage(const LiveSession& session) {
    return session.open() ? !session.on_air() : session.left_on;
  }
  // What `of` says of the room's session; an empty answer when there is none.
  template <class Answer, class F>
  Answer look(const std::string& room, F of) const {
    return book_.with([&](const Book& book) -> Answer {
      const auto found = book.find(room);
      return found == book.end() ? Answer{} : Answer(of(found->second));
    });
  }

  Guarded<Book> book_;
};

}  // namespace vitrine
