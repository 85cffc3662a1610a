#include "shop/catalog/price_rules.h"

#include <tuple>

namespace vitrine {
namespace {

bool is_open(const PriceEntry& entry, Money base, PriceEyes eyes) {
  if (entry.from > eyes.now || (entry.until && *entry.until <= eyes.now)) return false;
  if (entry.kind == PriceKind::member && eyes.tier < entry.tier) return false;
  return entry.price.currency == base.currency && entry.price.amount <= base.amount;
}

// The greater one is in force.
std::tuple<PriceKind, int64_t, WallTime, int64_t> rank(const PriceEntry& entry) {
  return {entry.kind, entry.kind == PriceKind::member ? entry.tier : 0, entry.from, entry.number};
}

}  // namespace

std::optional<PriceEntry> price_in_force(const std::vector<PriceEntry>& entries, Money base, PriceEyes eyes) {
  std::optional<PriceEntry> best;
  for (const PriceEntry& entry : entries) {
    if (!is_open(entry, base, eyes)) continue;
    if (!best || rank(entry) > rank(*best)) best = entry;
  }
  return best;
}

}  // namespace vitrine
