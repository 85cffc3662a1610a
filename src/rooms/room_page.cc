#include "rooms/room_page.h"

namespace vitrine {
namespace {

// Pages ping every 10 s; who says nothing for so long is gone.
constexpr Milliseconds kSilenceMax{60'000};
constexpr Milliseconds kMessageTime{10'000};
// Over it the socket is not read for a moment: a page sends a few a second at most.
constexpr int64_t kMessagesPerSecond = 100;
constexpr Milliseconds kFloodPause{100};
constexpr int kReadsAtOnce = 4;
// What the kernel may hold unsent: more only delays what is newer.
constexpr int kUnsentMax = 32 * 1024;

}  // namespace

RoomPage::RoomPage(Needs needs)
    : attendance_(std::move(needs.attendance)),
      clock_(needs.context.clock),
      core_(needs.core),
      room_(needs.room),
      visitor_(std::move(needs.visitor)),
      web_(std::move(needs.web)),
      messages_(kMessagesPerSecond) {
  web_.receiver.set_limits(kSilenceMax, kMessageTime);
  web_.receiver.set_answer([this](Bytes frame) { seat_->send_frame(frame); });
  web_.socket.set_unsent_limit(kUnsentMax);
  web_.socket.set_read_limit(Milliseconds(0));
  RoomSocket::Needs seat{.context = needs.context,
                         .room = std::move(needs.room),
                         .core = needs.core,
                         .socket = web_.socket,
                         .who = std::move(needs.who),
                         .deflate = web_.deflate,
                         .ended = [this] { end(); }};
  seat_ = std::make_shared<RoomSocket>(std::move(seat));
}

Task<void> RoomPage::enter(std::optional<RoomPosition> resume, std::function<void()> gone) {
  gone_ = std::move(gone);
  entering_ = true;
  const auto entered = co_await seat_->enter(resume);
  entering_ = false;
  if (!entered || ending_)
    leave();
  else
    listen();
}

// Reads what there is, and says nothing when there is nothing.
void RoomPage::listen() {
  if (ending_) return;
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
    auto message = web_.receiver.next();
    if (!message) return end();
    if (*message) {
      core_.spawn(answer(shared_from_this(), std::move((*message)->payload)));
      return;
    }
    const auto more = web_.receiver.read(web_.socket);
    if (!more) return end();
    if (*more) continue;
    listening_ = true;
    web_.socket.when_readable([this] {
      listening_ = false;
      listen();
    });
    return;
  }
  // One peer that never stops sending leaves room for the others.
  core_.post([self = shared_from_this()] { self->listen(); });
}

Task<void> RoomPage::answer(std::shared_ptr<RoomPage> self, std::string text) {
  co_await seat_->take(std::move(text));
  while (!ending_ && messages_.take(1, clock_.monotonic()) == 0) co_await sleep_for(kFloodPause);
  listen();
}

void RoomPage::check_time() {
  if (listening_ && !ending_ && !web_.receiver.check_time()) end();
}

void RoomPage::end() {
  if (std::exchange(ending_, true)) return;
  // In its own turn: what waits in the private lane is sent in one that was asked for before.
  core_.post([self = shared_from_this()] {
    if (!self->entering_) return self->leave();
    self->web_.socket.close();
  });
}

void RoomPage::leave() {
  ending_ = true;
  seat_->leave();
  web_.socket.close();
  if (const auto gone = std::exchange(gone_, nullptr)) gone();
}

}  // namespace vitrine
