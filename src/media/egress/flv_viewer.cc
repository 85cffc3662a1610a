#include "media/egress/flv_viewer.h"

#include <array>

#include "media/container/flv.h"
#include "net/problem.h"

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

Problem not_live(const std::string& stream) {
  return {ErrorKind::not_found, "media.not_live",
          "Nobody is publishing the stream " + stream + " right now."};
}

}  // namespace

FlvViewer::FlvViewer(std::unique_ptr<Connection> connection, OriginRule origins)
    : connection_(std::move(connection)),
      origins_(std::move(origins)),
      websocket_(connection_->wants_websocket()) {}

Task<void> FlvViewer::run(StreamDirectory* directory, std::string stream) {
  if (!co_await enter(directory, std::move(stream))) co_return;
  connection_.reset();  // a viewer stays for hours, and its request says nothing any more
  co_await listen();
  close();
}

// Until the viewer is seated; false when there is nothing to play or it has gone.
Task<bool> FlvViewer::enter(StreamDirectory* directory, std::string stream) {
  const WireFormat format = websocket_ ? WireFormat::flv_websocket : WireFormat::flv;
  auto joined = co_await directory->join(stream, format, connection_->core());
  if (!joined) {
    const bool none = joined.error().kind == ErrorKind::not_found;
    HttpResponse refusal = to_response(none ? not_live(stream) : Problem(joined.error()));
    const auto refused = co_await connection_->respond(std::move(refusal));
    static_cast<void>(refused);
    co_return false;
  }
  const auto answered = co_await answer();
  if (answered) begin(std::move(*joined));
  co_return answered.ok();
}

// The head of the answer, and the socket out of HTTP's hands.
Task<Result<void>> FlvViewer::answer() {
  if (websocket_) {
    auto upgraded = co_await connection_->upgrade_websocket(origins_, kMessageMax);
    if (!upgraded) co_return upgraded.error();
    socket_ = std::move(upgraded->socket);
    receiver_.emplace(std::move(upgraded->receiver));
    co_return Result<void>();
  }
  HttpResponse head = head_of_flv();
  const auto written = co_await connection_->write_response_head(std::move(head));
  socket_ = connection_->release();
  co_return written;
}

void FlvViewer::begin(StreamJoin joined) {
  socket_.set_unsent_limit(kUnsentMax);
  socket_.set_read_limit(Milliseconds(0));
  const SharedBytes header = write_flv_header({.has_audio = joined.has_audio, .has_video = joined.has_video});
  const WebSocketHead framing =
      websocket_ ? websocket_head(WebSocketOpcode::binary, header->size()) : WebSocketHead{};
  SeatStart start;
  start.prefix.push_back(std::make_shared<const Slab>(framing.view(), header));
  seat_ = std::make_unique<RingSeat>(std::move(joined.lease), socket_, *this, std::move(start));
  if (!receiver_) return;
  receiver_->set_answer([this](Bytes frame) {
    // A peer that asks faster than it reads loses answers, not the picture.
    if (seat_) static_cast<void>(seat_->send_private(frame));
  });
}

// Reads until the peer has gone; that is all it reads for.
Task<void> FlvViewer::listen() {
  if (receiver_) {
    for (;;) {
      const auto message = co_await receiver_->receive(&socket_);
      if (!message) co_return;
    }
  }
  std::array<uint8_t, 64> buffer;
  size_t heard = 0;
  while (heard < kChatterMax) {
    const auto got = co_await socket_.read_some(buffer);
    if (!got || *got == 0) co_return;
    heard += *got;
  }
}

void FlvViewer::close() {
  seat_.reset();
  socket_.close();
}

void FlvViewer::on_seat_end(SeatEnd end) {
  if (end == SeatEnd::feed_ended && websocket_) {
    const auto farewell = websocket_close_frame(websocket_close::kNormal, "the stream has ended");
    const iovec piece{const_cast<uint8_t*>(farewell.data()), farewell.size()};
    static_cast<void>(socket_.send({&piece, 1}));  // between messages: the ring has sent the last one whole
  }
  close();
}

}  // namespace vitrine
