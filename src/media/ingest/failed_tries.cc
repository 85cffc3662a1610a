#include "media/ingest/failed_tries.h"

namespace vitrine {

void FailedTries::failed(const std::string& address, MonotonicTime now) {
  if (by_address_.size() >= kAddressesMax && !by_address_.contains(address)) {
    std::erase_if(by_address_, [now](const auto& entry) { return now - entry.second.first >= kWindow; });
    if (by_address_.size() >= kAddressesMax) by_address_.clear();
  }
  Tries& tries = by_address_[address];
  if (tries.count == 0 || now - tries.first >= kWindow) tries = {now, 0};
  ++tries.count;
}

bool FailedTries::must_wait(const std::string& address, MonotonicTime now) const {
  const auto found = by_address_.find(address);
  return found != by_address_.end() && found->second.count >= kTriesMax &&
         now - found->second.first < kWindow;
}

}  // namespace vitrine
