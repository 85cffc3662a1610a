#include "shop/gate/csv_download.h"

#include "base/csv.h"
#include "base/log.h"

namespace vitrine {
namespace {

constexpr int kDownloadsMax = 4;              // at once
constexpr Milliseconds kStalledAfter{5'000};  // a client that takes nothing for so long is let go

HttpResponse file_head(const std::string& name) {
  HttpResponse head;
  head.headers.set("Content-Type", "text/csv; charset=utf-8");
  head.headers.set("Content-Disposition", "attachment; filename=\"" + name + "\"");
  head.headers.set("Cache-Control", "no-store");
  return head;
}

}  // namespace

CsvDownloads::Turn::Turn(std::atomic<int>& running) : running_(running), number_(running.fetch_add(1) + 1) {}

CsvDownloads::Turn::~Turn() {
  running_.fetch_sub(1);
  running_.notify_all();
}

bool CsvDownloads::Turn::too_many() const {
  return number_ > kDownloadsMax;
}

Task<void> CsvDownloads::send(std::string name, CsvPages* pages, Connection* connection) {
  const auto begun = co_await connection->write_response_head(file_head(name));
  if (!begun) co_return;
  TcpSocket socket = connection->release();
  socket.set_write_limit(kStalledAfter);
  const auto sent = co_await send_pages(pages, &socket);
  if (sent) {
    socket.finish_writing();
    socket.close();
    co_return;
  }
  log_warn("shop.download_ended", {{"name", name}, {"reason", sent.error().reason}});
  socket.abort();
}

Task<Result<void>> CsvDownloads::send_pages(CsvPages* pages, TcpSocket* socket) {
  if (const auto wrote = co_await socket->write_all(as_bytes(kCsvMark)); !wrote) co_return wrote.error();
  while (true) {
    if (closed()) co_return Error{ErrorKind::unavailable, "shop.unavailable"};
    const auto text = co_await pages->next();
    if (!text) co_return text.error();
    if (!*text) co_return Result<void>{};
    if (const auto wrote = co_await socket->write_all(as_bytes(**text)); !wrote) co_return wrote.error();
  }
}

Task<void> CsvDownloads::refuse(Error error, Connection* connection) {
  const auto told = co_await connection->respond(to_response(Problem(error)));
  static_cast<void>(told);
}

void CsvDownloads::finish() {
  closed_.store(true);
  for (int running = running_.load(); running > 0; running = running_.load()) running_.wait(running);
}

}  // namespace vitrine
