#include "media/egress/flv_viewer.h"

#include <array>

#include "media/container/flv.h"

namespace vitrine {
namespace {

constexpr size_t kMessageMax = 4 * 1024;  // a viewer has nothing to say

HttpResponse head_of_flv() {
  HttpResponse head;
  head.headers.set("Content-Type", "video/x-flv");
  head.headers.set("Cache-Control", "no-store");
  head.headers.set("Access-Control-Allow-Origin", "*");
  return head;
}

}  // namespace

Task<Result<FlvSocket>> answer_flv(Connection* connection, OriginRule origins) {
  FlvSocket out;
  if (connection->wants_websocket()) {
    auto upgraded = co_await connection->upgrade_websocket(origins, kMessageMax);
    if (!upgraded) co_return upgraded.error();
    out.socket = std::move(upgraded->socket);
    out.receiver = std::make_unique<WebSocketReceiver>(std::move(upgraded->receiver));
    co_return out;
  }
  HttpResponse head = head_of_flv();
  const auto written = co_await connection->write_response_head(std::move(head));
  if (!written) co_return written.error();
  out.socket = connection->release();
  co_return out;
}

FlvViewer::FlvViewer(Core& core, FlvSocket socket, StopGate::Pass pass)
    : core_(core),
      pass_(std::move(pass)),
      socket_(std::move(socket.socket)),
      receiver_(std::move(socket.receiver)) {
  socket_.set_unsent_limit(kUnsentMax);
  socket_.set_read_limit(Milliseconds(0));
}

void FlvViewer::enter(ViewerBook& book, ViewerLine line) {
  entry_.emplace(book.enter(std::move(line), [this] { close(); }));
}

void FlvViewer::begin(StreamJoin joined, std::function<void()> gone) {
  gone_ = std::move(gone);
  const SharedBytes header = write_flv_header({.has_audio = joined.has_audio, .has_video = joined.has_video});
  const WebSocketHead framing =
      receiver_ ? websocket_head(WebSocketOpcode::binary, header->size()) : WebSocketHead{};
  SeatStart start;
  start.prefix.push_back(std::make_shared<const Slab>(framing.view(), header));
  seat_ = std::make_unique<RingSeat>(std::move(joined.lease), socket_, *this, std::move(start));
  if (receiver_)
    core_.spawn(listen_websocket(shared_from_this()));
  else
    listen();
}

// Reads until the peer has gone; that is all it reads for.
void FlvViewer::listen() {
  std::array<uint8_t, 256> buffer;
  for (;;) {
    const auto got = socket_.receive(buffer);
    if (got && !*got) break;
    if (got) heard_ += **got;
    if (!got || **got == 0 || heard_ > kChatterMax) return close();
  }
  socket_.when_readable([this] { listen(); });
}

Task<void> FlvViewer::listen_websocket(std::shared_ptr<FlvViewer> self) {
  receiver_->set_answer([this](Bytes frame) {
    // A peer that asks faster than it reads loses answers, not the picture.
    if (seat_) static_cast<void>(seat_->send_private(frame));
  });
  for (;;) {
    const auto message = co_await receiver_->receive(&socket_);
    if (!message) break;
  }
  close();
}

void FlvViewer::close() {
  seat_.reset();
  socket_.close();
  // In its own turn: whoever calls this is still inside the viewer, or goes through all of them.
  if (auto gone = std::exchange(gone_, nullptr)) core_.post(std::move(gone));
}

void FlvViewer::on_seat_end(SeatEnd end) {
  if (end == SeatEnd::feed_ended && receiver_) {
    const auto farewell = websocket_close_frame(websocket_close::kNormal, "the stream has ended");
    const iovec piece{const_cast<uint8_t*>(farewell.data()), farewell.size()};
    static_cast<void>(socket_.send({&piece, 1}));  // between messages: the ring has sent the last one whole
  }
  close();
}

}  // namespace vitrine
