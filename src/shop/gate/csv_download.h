// Sends lists of the shop as files of comma-separated values, page by page while they are read.
//
// Owns    the count of downloads under way.
// Thread  serve() on the connection's core; finish() on the program's main thread.
// Never   holds more than a page, or lets half a file pass for the whole: what breaks off ends in a reset.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "net/connection.h"
#include "net/router.h"

namespace vitrine {

// Where the lines come from.
class CsvPages {
 public:
  virtual ~CsvPages() = default;
  // The next lines; empty when there are no more. Errors: the list's.
  virtual Task<Result<std::optional<std::string>>> next() = 0;
};

class CsvDownloads {
 public:
  // A place among those that may run at once; given back when it is destroyed.
  class Turn {
   public:
    explicit Turn(std::atomic<int>& running);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool too_many() const;

   private:
    std::atomic<int>& running_;
    int number_;
  };

  // Held by a caller from before it decides until the file is sent.
  Turn turn() { return Turn(running_); }
  bool closed() const { return closed_.load(); }

  // Sends the head, then the pages. `pages` and `connection` live until the answer.
  Task<void> send(std::string name, CsvPages* pages, Connection* connection);
  // A refusal instead of the file.
  static Task<void> refuse(Error error, Connection* connection);

  // Lets nobody in any more, ends what is under way and waits for it.
  void finish();

 private:
  Task<Result<void>> send_pages(CsvPages* pages, TcpSocket* socket);

  std::atomic<int> running_{0};
  std::atomic<bool> closed_{false};
};

inline constexpr Error kDownloadsBusy{ErrorKind::unavailable, "shop.exports_busy"};

}  // namespace vitrine
