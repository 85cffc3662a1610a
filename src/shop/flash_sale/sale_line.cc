#include "shop/flash_sale/sale_line.h"

#include <algorithm>

namespace vitrine {

int64_t SaleLine::units_called() const {
  int64_t sum = 0;
  for (const Turn& turn : turns_) sum += turn.units;
  return sum;
}

int64_t SaleLine::units_waiting() const {
  int64_t sum = 0;
  for (const Place& place : places_) sum += place.units;
  return sum;
}

std::optional<int64_t> SaleLine::join(AccountId buyer, int64_t units, const Pool& pool) {
  if (const auto place = place_of(buyer)) return place;
  if (turn_of(buyer)) return std::nullopt;
  if (units_called() + units_waiting() + units > pool.free + pool.held) return std::nullopt;
  places_.push_back({buyer, units});
  return static_cast<int64_t>(places_.size());
}

std::vector<SaleLine::Turn> SaleLine::call(const Pool& pool, const Moment& now) {
  std::erase_if(turns_, [&](const Turn& turn) { return now.boot.ms >= turn.until_boot_ms; });
  while (!places_.empty() && units_called() + units_waiting() > pool.free + pool.held) places_.pop_back();
  std::vector<Turn> begun;
  while (!places_.empty() && units_called() + places_.front().units <= pool.free) {
    const Place next = places_.front();
    places_.pop_front();
    begun.push_back({next.buyer, next.units, now.boot.ms + kTurnTime.count(), now.wall + kTurnTime});
    turns_.push_back(begun.back());
  }
  return begun;
}

void SaleLine::leave(AccountId buyer) {
  std::erase_if(places_, [&](const Place& place) { return place.buyer == buyer; });
  std::erase_if(turns_, [&](const Turn& turn) { return turn.buyer == buyer; });
}

void SaleLine::clear() {
  places_.clear();
  turns_.clear();
}

int64_t SaleLine::kept_from(AccountId buyer, const Pool& pool) const {
  const auto own = turn_of(buyer);
  if (own) return units_called() - own->units;
  // Nobody overtakes the line.
  return places_.empty() ? units_called() : pool.free;
}

std::optional<int64_t> SaleLine::place_of(AccountId buyer) const {
  const auto found =
      std::find_if(places_.begin(), places_.end(), [&](const Place& place) { return place.buyer == buyer; });
  if (found == places_.end()) return std::nullopt;
  return std::distance(places_.begin(), found) + 1;
}

std::optional<SaleLine::Turn> SaleLine::turn_of(AccountId buyer) const {
  const auto found =
      std::find_if(turns_.begin(), turns_.end(), [&](const Turn& turn) { return turn.buyer == buyer; });
  if (found == turns_.end()) return std::nullopt;
  return *found;
}

}  // namespace vitrine
