#include "media/pull_store.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";

StoredPull read_pull(const Row& row) {
  return {row.id<PullId>(0), row.text(1), row.text(2), row.time(3)};
}

}  // namespace

Result<void> add_pull(Transaction& transaction, const StoredPull& pull) {
  const auto count = transaction.query("SELECT count(*) FROM pulls");
  if (!count) return count.error();
  if (count->at(0).integer(0) >= kPullsMax) return Error{ErrorKind::exhausted, "pull.too_many"};
  const auto added = transaction.execute(
      "INSERT INTO pulls (id, shop_id, stream, url, created_ms) VALUES ($1, $2, $3, $4, $5)", pull.id, kShop,
      pull.stream, pull.url, pull.created);
  if (!added && added.error().reason == "store.unique") return Error{ErrorKind::conflict, "pull.exists"};
  if (!added) return added.error();
  return {};
}

Result<std::vector<StoredPull>> list_pulls(Transaction& transaction) {
  const auto rows =
      transaction.query("SELECT id, stream, url, created_ms FROM pulls ORDER BY id LIMIT $1", kPullsMax);
  if (!rows) return rows.error();
  std::vector<StoredPull> out;
  for (const auto& row : *rows) out.push_back(read_pull(row));
  return out;
}

Result<StoredPull> find_pull(Transaction& transaction, PullId id) {
  const auto rows = transaction.query("SELECT id, stream, url, created_ms FROM pulls WHERE id = $1", id);
  if (!rows) return rows.error();
  if (rows->empty()) return Error{ErrorKind::not_found, "pull.none"};
  return read_pull(rows->at(0));
}

Result<StoredPull> remove_pull(Transaction& transaction, PullId id) {
  auto found = find_pull(transaction, id);
  if (!found) return found;
  const auto removed = transaction.execute("DELETE FROM pulls WHERE id = $1", id);
  if (!removed) return removed.error();
  return found;
}

}  // namespace vitrine
