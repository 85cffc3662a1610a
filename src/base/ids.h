// Ids: 64-bit, time-ordered, never repeated, each kind its own type; strings with a prefix in JSON
// ("ord_0f3k9t2m1c7pa"). 41 bits of milliseconds since 2024-01-01 above 22 random bits.
//
// Thread  IdSource may be used from any thread.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace vitrine {

// 13 characters of lower-case Crockford base 32: sorts as the number does.
std::string encode_id(std::string_view prefix, int64_t value);
// Empty when the prefix differs, the length is not 13, a character is foreign or the value is not positive.
std::optional<int64_t> decode_id(std::string_view prefix, std::string_view text);
// When an id that IdSource made was made, to the millisecond.
WallTime time_of_id(int64_t value);

template <class Tag>
struct Id {
  int64_t value = 0;
  static constexpr std::string_view prefix() { return Tag::prefix; }
  std::string str() const { return encode_id(Tag::prefix, value); }
  static std::optional<Id> parse(std::string_view text) {
    const auto value = decode_id(Tag::prefix, text);
    if (!value) return std::nullopt;
    return Id{*value};
  }
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

struct AccountTag {
  static constexpr std::string_view prefix = "usr_";
};
struct GuestTag {
  static constexpr std::string_view prefix = "gst_";
};
struct SessionTag {
  static constexpr std::string_view prefix = "ses_";
};
struct AddressTag {
  static constexpr std::string_view prefix = "adr_";
};
struct PictureTag {
  static constexpr std::string_view prefix = "pic_";
};
struct ProductTag {
  static constexpr std::string_view prefix = "prd_";
};
struct SkuTag {
  static constexpr std::string_view prefix = "sku_";
};
struct PoolTag {
  static constexpr std::string_view prefix = "pol_";
};
struct HoldTag {
  static constexpr std::string_view prefix = "hld_";
};
struct OrderTag {
  static constexpr std::string_view prefix = "ord_";
};
struct PaymentTag {
  static constexpr std::string_view prefix = "pay_";
};
struct RefundTag {
  static constexpr std::string_view prefix = "rfd_";
};
struct FlashSaleTag {
  static constexpr std::string_view prefix = "fls_";
};
struct CouponTag {
  static constexpr std::string_view prefix = "cpn_";
};
struct ClaimTag {
  static constexpr std::string_view prefix = "clm_";
};
struct MessageTag {
  static constexpr std::string_view prefix = "msg_";
};
struct KeyTag {
  static constexpr std::string_view prefix = "key_";
};
struct PullTag {
  static constexpr std::string_view prefix = "pul_";
};
struct EntryTag {
  static constexpr std::string_view prefix = "ent_";
};

using AccountId = Id<AccountTag>;
using GuestId = Id<GuestTag>;
using SessionId = Id<SessionTag>;
using AddressId = Id<AddressTag>;
using PictureId = Id<PictureTag>;
using ProductId = Id<ProductTag>;
using SkuId = Id<SkuTag>;
using PoolId = Id<PoolTag>;
using HoldId = Id<HoldTag>;
using OrderId = Id<OrderTag>;
using PaymentId = Id<PaymentTag>;
using RefundId = Id<RefundTag>;
using FlashSaleId = Id<FlashSaleTag>;
using CouponId = Id<CouponTag>;
using ClaimId = Id<ClaimTag>;
using MessageId = Id<MessageTag>;
using KeyId = Id<KeyTag>;
using PullId = Id<PullTag>;
using EntryId = Id<EntryTag>;

// Makes ids. Two calls never give the same number in one process, also within one millisecond and
// when the wall clock steps back: the next id is always above the last.
class IdSource {
 public:
  IdSource(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  int64_t next_value();
  template <class T>
  T next() {
    return T{next_value()};
  }

 private:
  const Clock& clock_;
  Random& random_;
  std::atomic<int64_t> last_{0};
};

}  // namespace vitrine

template <class Tag>
struct std::hash<vitrine::Id<Tag>> {
  size_t operator()(const vitrine::Id<Tag>& id) const noexcept { return std::hash<int64_t>{}(id.value); }
};
