// Who follows which room: signed-in viewers who said so. Asked with each line in a room where only followers
// speak.
//
// Owns    the copy in memory; room_followers of rooms.sqlite is the truth. Thread  any.
#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "runtime/guarded.h"
#include "store/database.h"

namespace vitrine {

inline constexpr std::string_view kFollowTables = R"sql(
CREATE TABLE room_followers (
  shop_id TEXT NOT NULL, room TEXT NOT NULL, account BIGINT NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (room, account));
)sql";

class FollowBook {
 public:
  bool follows(const std::string& room, AccountId account) const;
  int64_t count(const std::string& room) const;

  // Start-up. Errors: the database's.
  Task<Result<void>> load(Database& database);
  // Doing it twice is doing it once. Errors: the database's.
  Task<Result<void>> set(Database& database, std::string room, AccountId account, bool follows, WallTime now);

 private:
  using Book = std::map<std::string, std::unordered_set<int64_t>, std::less<>>;
  Guarded<Book> book_;
};

}  // namespace vitrine
