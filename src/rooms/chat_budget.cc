#include "rooms/chat_budget.h"

#include <algorithm>
#include <tuple>

namespace vitrine {

void ChatBudget::refill(int64_t lines_per_second, MonotonicTime now) {
  const auto most = static_cast<double>(lines_per_second);
  const auto seconds = std::chrono::duration<double>(now - refilled_at_).count();
  allowance_ = std::min(most, allowance_ + most * seconds);
  refilled_at_ = now;
}

bool ChatBudget::take(const ChatAuthor& who, int64_t lines_per_second, MonotonicTime now) {
  refill(lines_per_second, now);
  if (!who.role && (waiting() || allowance_ < 1)) return false;
  // Staff may run into debt, which the others' lines then wait for.
  allowance_ = std::max(-static_cast<double>(lines_per_second), allowance_ - 1);
  return true;
}

std::vector<ChatLine> ChatBudget::wait(ChatLine line) {
  const int turn = said_[line.from.id]++;
  Waiting next{.line = std::move(line), .order = order_++, .turn = turn, .lot = random_.u64()};
  if (lines_.size() < kWaitingMax) {
    lines_.push_back(std::move(next));
    return {};
  }
  // Reservoir sampling: every line of the slice stays with the same chance.
  const uint64_t place = random_.below(order_);
  if (place < lines_.size()) std::swap(lines_[place], next);
  std::vector<ChatLine> unseen;
  unseen.push_back(std::move(next.line));
  return unseen;
}

ChatBudget::Slice ChatBudget::end_slice(int64_t lines_per_second, MonotonicTime now) {
  refill(lines_per_second, now);
  const auto by_chance = [](const Waiting& a, const Waiting& b) {
    return std::tie(a.turn, a.lot) < std::tie(b.turn, b.lot);
  };
  std::sort(lines_.begin(), lines_.end(), by_chance);
  const size_t count = std::min(lines_.size(), static_cast<size_t>(std::max(0.0, allowance_)));
  allowance_ -= static_cast<double>(count);
  const auto chosen_end = lines_.begin() + static_cast<std::ptrdiff_t>(count);
  const auto as_said = [](const Waiting& a, const Waiting& b) { return a.order < b.order; };
  std::sort(lines_.begin(), chosen_end, as_said);
  Slice out;
  for (auto at = lines_.begin(); at != chosen_end; ++at) out.shown.push_back(std::move(at->line));
  for (auto at = chosen_end; at != lines_.end(); ++at) out.unseen.push_back(std::move(at->line));
  lines_.clear();
  said_.clear();
  order_ = 0;
  return out;
}

}  // namespace vitrine
