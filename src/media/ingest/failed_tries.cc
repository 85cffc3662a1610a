#include "media/ingest/failed_tries.h"

namespace vitrine {

void FailedTries::failed(const std::string& who, MonotonicTime now) {
  if (by_guesser_.size() >= kGuessersMax && !by_guesser_.contains(who)) {
    std::erase_if(by_guesser_, [now](const auto& entry) { return now - entry.second.first >= kWindow; });
    if (by_guesser_.size() >= kGuessersMax) by_guesser_.clear();
  }
  Tries& tries = by_guesser_[who];
  if (tries.count == 0 || now - tries.first >= kWindow) tries = {now, 0};
  ++tries.count;
}

bool FailedTries::must_wait(const std::string& who, MonotonicTime now) const {
  const auto found = by_guesser_.find(who);
  return found != by_guesser_.end() && found->second.count >= kTriesMax &&
         now - found->second.first < kWindow;
}

}  // namespace vitrine
