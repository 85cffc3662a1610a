#include "rooms/follow_book.h"

namespace vitrine {
namespace {

using Followers = std::vector<std::pair<std::string, int64_t>>;

Result<Followers> all_followers(Transaction& tx) {
  const auto rows = tx.query("SELECT room, account FROM room_followers");
  if (!rows) return rows.error();
  Followers out;
  for (const Row& row : *rows) out.emplace_back(row.text(0), row.integer(1));
  return out;
}

Result<void> write(Transaction& tx, const std::string& room, AccountId account, bool follows, WallTime now) {
  const auto changed =
      follows ? tx.execute(
                    "INSERT INTO room_followers (shop_id, room, account, at_ms)"
                    " VALUES ('default', $1, $2, $3) ON CONFLICT (room, account) DO NOTHING",
                    room, account, now)
              : tx.execute("DELETE FROM room_followers WHERE room = $1 AND account = $2", room, account);
  if (!changed) return changed.error();
  return {};
}

}  // namespace

bool FollowBook::follows(const std::string& room, AccountId account) const {
  return book_.with([&](const Book& book) {
    const auto found = book.find(room);
    return found != book.end() && found->second.contains(account.value);
  });
}

int64_t FollowBook::count(const std::string& room) const {
  return book_.with([&](const Book& book) {
    const auto found = book.find(room);
    return found == book.end() ? int64_t{0} : static_cast<int64_t>(found->second.size());
  });
}

Task<Result<void>> FollowBook::load(Database& database) {
  const auto rows = co_await database.read(all_followers);
  if (!rows) co_return rows.error();
  book_.with([&](Book& book) {
    for (const auto& [room, account] : *rows) book[room].insert(account);
  });
  co_return Result<void>();
}

Task<Result<void>> FollowBook::set(Database& database, std::string room, AccountId account, bool follows,
                                   WallTime now) {
  auto work = [room, account, follows, now](Transaction& tx) {
    return write(tx, room, account, follows, now);
  };
  const Result<void> written = co_await database.write(std::move(work));
  if (!written) co_return written;
  book_.with([&](Book& book) {
    if (follows)
      book[room].insert(account.value);
    else
      book[room].erase(account.value);
  });
  co_return Result<void>();
}

}  // namespace vitrine
