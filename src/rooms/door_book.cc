#include "rooms/door_book.h"

namespace vitrine {
namespace {

constexpr std::string_view kAllRooms;

std::optional<Outside> in_force(const std::unordered_map<std::string, Sanction>& sanctions,
                                const std::string& account, std::string_view why, WallTime now) {
  const auto found = sanctions.find(account);
  if (found == sanctions.end() || found->second.until <= now) return std::nullopt;
  return Outside{why, found->second.until, found->second.reason};
}

}  // namespace

void DoorBook::set_ban(const std::string& room, Sanction ban) {
  book_.with([&](Book& book) {
    auto& kept = ban.kind == SanctionKind::kick ? book[room].kicks : book[room].bans;
    std::erase_if(kept, [&](const auto& entry) { return entry.second.until <= ban.at; });
    std::string account = ban.account;
    kept[std::move(account)] = std::move(ban);
  });
}

void DoorBook::drop_ban(const std::string& room, const std::string& account, SanctionKind kind) {
  book_.with(
      [&](Book& book) { (kind == SanctionKind::kick ? book[room].kicks : book[room].bans).erase(account); });
}

std::optional<Outside> DoorBook::outside(const std::string& room, const ChatAuthor& who, WallTime now) const {
  if (who.role) return std::nullopt;
  return book_.with([&](const Book& book) -> std::optional<Outside> {
    for (const std::string_view place : {std::string_view(room), kAllRooms}) {
      const auto found = book.find(place);
      if (found == book.end()) continue;
      for (const std::string& account : {who.id, who.guest}) {
        if (const auto out = in_force(found->second.bans, account, "banned", now)) return out;
        if (const auto out = in_force(found->second.kicks, account, "kicked", now)) return out;
      }
    }
    return std::nullopt;
  });
}

}  // namespace vitrine
