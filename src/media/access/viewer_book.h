// Everybody who watches now, in any protocol: to be listed and, one or all, sent away.
//
// Owns    a line per viewer (about 250 bytes), from enter() until its Entry is destroyed.
// Thread  any; a viewer's `close` runs on the core it entered on, and never after its Entry is gone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/core.h"
#include "runtime/guarded.h"

namespace vitrine {

struct ViewerLine {
  int64_t id = 0;  // rises with each that comes
  std::string stream;
  std::string_view protocol;  // "http-flv", "ws-flv", "rtmp": text that lives for ever
  std::string address;
  std::string viewer;    // whom its token was made for; empty when nobody in particular
  bool vouched = false;  // as PlayPass says
  WallTime since;
};

class ViewerBook {
  struct Seat;
  struct State;

 public:
  // In the book while it lives. Destroyed on the core it was made on.
  class Entry {
   public:
    Entry(std::shared_ptr<State> state, int64_t id, std::shared_ptr<Seat> seat);
    ~Entry();
    Entry(Entry&&) noexcept = default;
    Entry& operator=(Entry&&) = delete;

   private:
    std::shared_ptr<State> state_;  // null: moved from
    int64_t id_;
    std::shared_ptr<Seat> seat_;
  };

  explicit ViewerBook(const Clock& clock);

  // Called on a core; `close` ends the viewer soon. `line.id` and `line.since` are set here.
  [[nodiscard]] Entry enter(ViewerLine line, std::function<void()> close);

  // Of one stream, by id above `after`; at most `limit`.
  std::vector<ViewerLine> list(const std::string& stream, int64_t after, size_t limit) const;
  // Answer how many were told to go.
  int kick(const std::string& stream, int64_t id);
  int kick_all(const std::string& stream);
  // Those that `may_stay` says no to; it runs under the book's lock.
  int kick_unless(const std::function<bool(const ViewerLine& line)>& may_stay);

 private:
  template <class Which>
  int kick_where(Which which);

  const Clock& clock_;
  std::shared_ptr<State> state_;
};

}  // namespace vitrine
