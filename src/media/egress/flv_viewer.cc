#include "media/egress/flv_viewer.h"

#include <array>

#include "media/container/flv.h"
#include "net/problem.h"

namespace vitrine {
namespace {

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

FlvViewer::FlvViewer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), websocket_(connection_->wants_websocket()) {}

Task<void> FlvViewer::run(StreamDirectory* directory, std::string stream) {
  const WireFormat format = websocket_ ? WireFormat::flv_websocket : WireFormat::flv;
  auto joined = co_await directory->join(stream, format, connection_->core());
  if (!joined) {
    const Problem problem =
        joined.error().kind == ErrorKind::not_found ? not_live(stream) : Problem(joined.error());
    HttpResponse refusal = to_response(problem);
    const auto answered = co_await connection_->respond(std::move(refusal));
    static_cast<void>(answered);
    co_return;
  }
  StreamJoin place = std::move(*joined);
  const auto begun = co_await begin(std::move(place));
  if (begun) co_await listen();
  seat_.reset();
  socket_.close();
}

Task<Result<void>> FlvViewer::begin(StreamJoin joined) {
  HttpResponse head = head_of_flv();
  if (const auto written = co_await connection_->write_response_head(std::move(head)); !written)
    co_return written.error();
  socket_ = connection_->release();
  socket_.set_unsent_limit(kUnsentMax);
  socket_.set_read_limit(Milliseconds(0));
  const Slab header(write_flv_header({.has_audio = joined.has_audio, .has_video = joined.has_video}));
  SeatStart start;
  start.prefix.push_back(std::make_shared<const Slab>(header));
  seat_ = std::make_unique<RingSeat>(std::move(joined.lease), socket_, *this, std::move(start));
  co_return Result<void>();
}

// Reads until the peer has gone; that is all it reads for.
Task<void> FlvViewer::listen() {
  std::array<uint8_t, 512> buffer;
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

void FlvViewer::on_seat_end(SeatEnd) {
  close();
}

}  // namespace vitrine
