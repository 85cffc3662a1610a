#include "shop/orders/order_rules.h"

#include <algorithm>
#include <vector>

namespace vitrine {
namespace {

struct Step {
  OrderState from;
  OrderState to;
};
constexpr Step kSteps[] = {
    {OrderState::pending_payment, OrderState::paid},
    {OrderState::pending_payment, OrderState::closing},
    {OrderState::pending_payment, OrderState::closed},
    {OrderState::closing, OrderState::paid},
    {OrderState::closing, OrderState::closed},
    {OrderState::paid, OrderState::shipped},
    {OrderState::paid, OrderState::refunding},
    {OrderState::shipped, OrderState::completed},
    {OrderState::refunding, OrderState::refunded},
    {OrderState::paid, OrderState::partly_shipped},
    {OrderState::partly_shipped, OrderState::partly_shipped},
    {OrderState::partly_shipped, OrderState::shipped},
};

// The code points of valid UTF-8, each as its bytes.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  size_t begin = 0;
  for (size_t at = 1; at <= text.size(); ++at) {
    const bool continues = at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    if (continues) continue;
    out.push_back(text.substr(begin, at - begin));
    begin = at;
  }
  return out;
}

}  // namespace

bool may_follow(OrderState from, OrderState to) {
  return std::any_of(std::begin(kSteps), std::end(kSteps),
                     [&](const Step& step) { return step.from == from && step.to == to; });
}

Deadline deadline_in(Milliseconds time, WallTime wall, BootTime boot) {
  return {wall + time, boot.ms + time.count(), boot.boot_id};
}

bool is_due(const Deadline& deadline, BootTime now) {
  return deadline.boot_id == now.boot_id && now.ms >= deadline.boot_ms;
}

Deadline rebased(const Deadline& deadline, const BootMark& last, WallTime wall, BootTime now) {
  // An order of the former boot that the mark does not know of is given the benefit: its whole rest.
  const int64_t passed = deadline.boot_id == last.boot_id ? last.boot_ms : 0;
  const Milliseconds remaining(std::max<int64_t>(0, deadline.boot_ms - passed));
  return deadline_in(remaining, wall, now);
}

std::string masked_name(std::string_view name) {
  const auto letters = characters(name);
  if (letters.empty()) return "***";
  if (letters.size() == 1) return std::string(letters.front()) + "***";
  return std::string(letters.front()) + "***" + std::string(letters.back());
}

std::string masked_phone(std::string_view phone) {
  std::string digits;
  for (const char c : phone) {
    if (c >= '0' && c <= '9') digits += c;
  }
  // The country code in front of an 11-digit Chinese mobile number says nothing about the person.
  if (digits.size() == 13 && digits.starts_with("86")) digits.erase(0, 2);
  if (digits.size() < 8) return "****";
  return digits.substr(0, 3) + "****" + digits.substr(digits.size() - 4);
}

}  // namespace vitrine
