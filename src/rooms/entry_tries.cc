#include "rooms/entry_tries.h"

#include <algorithm>
#include <cmath>

namespace vitrine {
namespace {

constexpr Milliseconds kAddressEvery = EntryTries::kEvery / 10;

bool shares_address(const DoorVisitor& who) {
  return who.session.empty() && !who.address.empty();
}

Milliseconds until_one(double tries, Milliseconds every) {
  if (tries >= 1) return Milliseconds(0);
  return Milliseconds(static_cast<int64_t>(std::ceil((1 - tries) * static_cast<double>(every.count()))));
}

}  // namespace

EntryTries::Left& EntryTries::refill(Book& book, const std::string& key, double most, Milliseconds every,
                                     MonotonicTime now) {
  const auto [entry, fresh] = book.try_emplace(key, Left{most, now});
  Left& left = entry->second;
  const auto passed = std::chrono::duration<double, std::milli>(now - left.at).count();
  left.tries = std::min(most, left.tries + passed / static_cast<double>(every.count()));
  left.at = now;
  return left;
}

// After so long everybody has all tries again.
void EntryTries::forget_rested(Book& book, MonotonicTime now) {
  const Microseconds rested = kEvery * static_cast<int64_t>(kOfDevice);
  std::erase_if(book, [&](const auto& entry) { return now - entry.second.at >= rested; });
}

Milliseconds EntryTries::take(const DoorVisitor& who, MonotonicTime now) {
  return book_.with([&](Book& book) {
    if (book.size() >= kTriersMax) forget_rested(book, now);
    if (book.size() >= kTriersMax) return kEvery;
    Left* address = nullptr;
    if (shares_address(who)) {
      address = &refill(book, who.address, kOfAddress, kAddressEvery, now);
      if (const auto wait = until_one(address->tries, kAddressEvery); wait.count() > 0) return wait;
    }
    Left& device = refill(book, who.device(), kOfDevice, kEvery, now);
    if (const auto wait = until_one(device.tries, kEvery); wait.count() > 0) return wait;
    device.tries -= 1;
    if (address != nullptr) address->tries -= 1;
    return Milliseconds(0);
  });
}

void EntryTries::give_back(const DoorVisitor& who, MonotonicTime now) {
  book_.with([&](Book& book) {
    refill(book, who.device(), kOfDevice, kEvery, now).tries += 1;
    if (shares_address(who)) refill(book, who.address, kOfAddress, kAddressEvery, now).tries += 1;
  });
}

}  // namespace vitrine
