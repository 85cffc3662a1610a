// What media asks of rooms before it shows a stream, and again and again while it does: the same decision as
// at the room's door.
#pragma once

#include <string>

namespace vitrine {

// Somebody who watches a stream, or wants to.
struct Watcher {
  std::string stream;
  std::string viewer;    // whom its play token names, as rooms wrote it; empty: nobody in particular
  std::string address;   // numeric, without port
  bool vouched = false;  // came with a play token or a CDN's signed URL
};

// Thread: any. Answers from memory, without waiting.
class AudiencePort {
 public:
  virtual ~AudiencePort() = default;
  // The stream's room lets in only some: nobody watches without a play token or a signed URL.
  virtual bool restricted(const std::string& stream) const = 0;
  // Whether may_watch() may say no about this stream at all: else nobody there need be asked about.
  virtual bool guards(const std::string& stream) const = 0;
  virtual bool may_watch(const Watcher& watcher) const = 0;
};

}  // namespace vitrine
