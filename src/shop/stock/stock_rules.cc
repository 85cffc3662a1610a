#include "shop/stock/stock_rules.h"

namespace vitrine {

MovementEffect effect_of(MovementKind kind, int64_t quantity) {
  switch (kind) {
    case MovementKind::received:
      return {.free = quantity};
    case MovementKind::returned:
    case MovementKind::moved_in:
      return {.free = quantity};
    case MovementKind::written_off:
    case MovementKind::moved_out:
      return {.free = -quantity};
    case MovementKind::held:
      return {.free = -quantity, .held = quantity};
    case MovementKind::released:
    case MovementKind::expired:
      return {.free = quantity, .held = -quantity};
    case MovementKind::committed:
      return {.held = -quantity, .sold = quantity};
  }
  check(false, "a movement of no kind");
  return {};
}

Result<Pool> after_movement(Pool pool, MovementKind kind, int64_t quantity) {
  if (quantity <= 0 || quantity > kPoolUnitsMax) return Error{ErrorKind::internal, "shop.broken_quantity"};
  const MovementEffect effect = effect_of(kind, quantity);
  pool.free += effect.free;
  pool.held += effect.held;
  pool.sold += effect.sold;
  ++pool.version;
  const bool leaves = kind == MovementKind::written_off || kind == MovementKind::moved_out;
  if (leaves && pool.free < 0) {
    return Error{ErrorKind::conflict, "shop.stock_short"};
  }
  if (pool.free < 0 || pool.held < 0 || pool.sold < 0) {
    return Error{ErrorKind::internal, "shop.broken_pool"};
  }
  if (pool.free + pool.held + pool.sold > kPoolUnitsMax) {
    return Error{ErrorKind::invalid_input, "shop.stock_too_many"};
  }
  return pool;
}

std::optional<Error> hold_refusal(const Pool& pool, int64_t wanted) {
  if (wanted <= pool.free) return std::nullopt;
  if (wanted <= pool.free + pool.held) return Error{ErrorKind::conflict, "shop.all_held"};
  return Error{ErrorKind::conflict, "shop.sold_out"};
}

}  // namespace vitrine
