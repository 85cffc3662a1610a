// Builds what an order looks like to its buyer or to staff.
#pragma once

#include <string>

#include "contract/members.h"
#include "shop/checkout/checkout_dto.h"
#include "shop/coupons/coupon_rules.h"
#include "shop/orders/order_store.h"
#include "store/field_cipher.h"

namespace vitrine {

// Who looks. Names, phones and address lines are masked for staff without the right (SHOP-RULES 23);
// the note is for staff.
enum class OrderEyes : uint8_t { buyer, staff, staff_personal };

SealedAddress seal_address(const FieldCipher& cipher, OrderId order, const AddressSnapshot& address);

// What lines cost with coupons: those named, or without names those that take off most.
Result<QuoteView> view_quote(Transaction& tx, AccountId buyer, const std::vector<PricedLine>& lines,
                             const std::optional<std::vector<ClaimId>>& named, WallTime now);

// Errors: `internal` "store.field_sealed" when stored personal data cannot be opened.
Result<OrderView> view_order(Transaction& tx, const Order& order, const FieldCipher& cipher, OrderEyes eyes);

}  // namespace vitrine
