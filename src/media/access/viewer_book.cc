#include "media/access/viewer_book.h"

namespace vitrine {

struct ViewerBook::Seat {
  ViewerLine line;
  Core* core = nullptr;
  bool kicked = false;          // only inside book.with(): it is told once
  std::function<void()> close;  // on `core` only; empty once the viewer has gone
};

struct ViewerBook::State {
  struct Book {
    std::map<int64_t, std::shared_ptr<Seat>> seats;
    int64_t last = 0;
  };
  Guarded<Book> book;
};

ViewerBook::Entry::Entry(std::shared_ptr<State> state, int64_t id, std::shared_ptr<Seat> seat)
    : state_(std::move(state)), id_(id), seat_(std::move(seat)) {}

ViewerBook::Entry::~Entry() {
  if (!state_) return;
  seat_->close = nullptr;
  state_->book.with([&](State::Book& book) { book.seats.erase(id_); });
}

ViewerBook::ViewerBook(const Clock& clock) : clock_(clock), state_(std::make_shared<State>()) {}

ViewerBook::Entry ViewerBook::enter(ViewerLine line, std::function<void()> close) {
  auto seat = std::make_shared<Seat>();
  seat->core = Core::current();
  seat->close = std::move(close);
  line.since = clock_.wall();
  state_->book.with([&](State::Book& book) {
    line.id = ++book.last;
    seat->line = std::move(line);
    book.seats.emplace(book.last, seat);
  });
  return {state_, seat->line.id, seat};
}

std::vector<ViewerLine> ViewerBook::list(const std::string& stream, int64_t after, size_t limit) const {
  return state_->book.with([&](const State::Book& book) {
    std::vector<ViewerLine> out;
    for (auto at = book.seats.upper_bound(after); at != book.seats.end() && out.size() < limit; ++at) {
      if (at->second->line.stream == stream) out.push_back(at->second->line);
    }
    return out;
  });
}

template <class Which>
int ViewerBook::kick_where(Which which) {
  std::vector<std::shared_ptr<Seat>> kicked;
  state_->book.with([&](State::Book& book) {
    for (const auto& [id, seat] : book.seats) {
      if (!seat->kicked && which(seat->line)) kicked.push_back(seat);
    }
    for (const auto& seat : kicked) seat->kicked = true;
  });
  for (const auto& seat : kicked) {
    seat->core->post([seat] {
      if (seat->close) seat->close();
    });
  }
  return static_cast<int>(kicked.size());
}

int ViewerBook::kick(const std::string& stream, int64_t id) {
  return kick_where([&](const ViewerLine& line) { return line.stream == stream && line.id == id; });
}

int ViewerBook::kick_unless(const std::function<bool(const ViewerLine& line)>& may_stay) {
  return kick_where([&](const ViewerLine& line) { return !may_stay(line); });
}

int ViewerBook::kick_all(const std::string& stream) {
  return kick_where([&](const ViewerLine& line) { return line.stream == stream; });
}

}  // namespace vitrine
