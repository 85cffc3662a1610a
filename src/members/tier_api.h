// Buyers as staff see them, and the tier each has: what a room for members may ask for.
//
// Owns    nothing. Thread  any core.
// Never   shows a phone whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/members.h"
#include "members/context.h"
#include "net/router.h"

namespace vitrine {

struct BuyerView {
  AccountId buyer;
  std::string name;
  std::string phone_masked;
  int64_t tier = 0;
  int64_t created_at_ms = 0;
  static constexpr std::string_view schema_name = "Buyer";
  static constexpr auto fields() {
    return std::tuple{
        field("buyer", &BuyerView::buyer), field("name", &BuyerView::name),
        field("phone_masked", &BuyerView::phone_masked, {.help = "empty: came by the merchant's token"}),
        field("tier", &BuyerView::tier, {.help = "0 unless staff set one"}),
        field("created_at_ms", &BuyerView::created_at_ms)};
  }
};
struct BuyerPage {
  std::vector<BuyerView> items;
  std::optional<std::string> next;
  static constexpr std::string_view schema_name = "BuyerPage";
  static constexpr auto fields() {
    return std::tuple{field("items", &BuyerPage::items), field("next", &BuyerPage::next)};
  }
};
struct TierBody {
  int64_t tier = 0;
  static constexpr std::string_view schema_name = "TierWish";
  static constexpr auto fields() { return std::tuple{field("tier", &TierBody::tier, {.min = 0, .max = 9})}; }
};

class TierApi {
 public:
  explicit TierApi(MembersContext& context) : context_(context) {}
  void add_routes(Router& router);

 private:
  Task<Reply<BuyerPage>> list(Call call);
  Task<Reply<NoContent>> set(Call call, TierBody body);

  MembersContext& context_;
};

}  // namespace vitrine
