#include "media/pull_store.h"

#include <algorithm>

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";
constexpr Error kNone{ErrorKind::not_found, "pull.none"};

std::optional<PullPause> pause_of(const std::string& name) {
  constexpr auto names = enum_names(PullPause{});
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<PullPause>(found - names.begin());
}

std::optional<std::string> name_of(std::optional<PullPause> pause) {
  if (!pause) return std::nullopt;
  return std::string(enum_names(*pause)[static_cast<size_t>(*pause)]);
}

StoredPull read_pull(const Row& row) {
  StoredPull out{row.id<PullId>(0), row.text(1), row.blob(2), row.time(3), std::nullopt, std::nullopt};
  if (!row.is_null(4)) out.pause = pause_of(row.text(4));
  if (!row.is_null(5)) out.paused = row.time(5);
  return out;
}

std::string place_of(PullId id) {
  return "pulls.url." + id.str();
}

}  // namespace

std::string seal_pull_url(const FieldCipher& cipher, PullId id, std::string_view url) {
  return cipher.seal(url, place_of(id));
}

Result<PullUrl> open_pull_url(const FieldCipher& cipher, const StoredPull& pull) {
  const auto url = cipher.open(pull.sealed_url, place_of(pull.id));
  if (!url) return url.error();
  return read_pull_url(*url);
}

Result<void> add_pull(Transaction& transaction, const StoredPull& pull) {
  const auto count = transaction.query("SELECT count(*) FROM pulls");
  if (!count) return count.error();
  if (count->at(0).integer(0) >= kPullsMax) return Error{ErrorKind::exhausted, "pull.too_many"};
  const auto added = transaction.execute(
      "INSERT INTO pulls (id, shop_id, stream, url, sealed_url, created_ms) VALUES ($1, $2, $3, '', $4, $5)",
      pull.id, kShop, pull.stream, Blob{pull.sealed_url}, pull.created);
  if (!added && added.error().reason == "store.unique") return Error{ErrorKind::conflict, "pull.exists"};
  if (!added) return added.error();
  return {};
}

Result<std::vector<StoredPull>> list_pulls(Transaction& transaction) {
  const auto rows = transaction.query(
      "SELECT id, stream, sealed_url, created_ms, pause, paused_ms FROM pulls ORDER BY id LIMIT $1",
      kPullsMax);
  if (!rows) return rows.error();
  std::vector<StoredPull> out;
  for (const auto& row : *rows) out.push_back(read_pull(row));
  return out;
}

Result<StoredPull> find_pull(Transaction& transaction, PullId id) {
  const auto rows = transaction.query(
      "SELECT id, stream, sealed_url, created_ms, pause, paused_ms FROM pulls WHERE id = $1", id);
  if (!rows) return rows.error();
  if (rows->empty()) return kNone;
  return read_pull(rows->at(0));
}

Result<StoredPull> remove_pull(Transaction& transaction, PullId id) {
  auto found = find_pull(transaction, id);
  if (!found) return found;
  const auto removed = transaction.execute("DELETE FROM pulls WHERE id = $1", id);
  if (!removed) return removed.error();
  return found;
}

Result<void> change_pull(Transaction& transaction, const StoredPull& pull) {
  const auto changed =
      transaction.execute("UPDATE pulls SET sealed_url = $1, pause = $2, paused_ms = $3 WHERE id = $4",
                          Blob{pull.sealed_url}, name_of(pull.pause), pull.paused, pull.id);
  if (!changed) return changed.error();
  if (*changed == 0) return kNone;
  return {};
}

Result<void> seal_plain_urls(Transaction& transaction, const FieldCipher& cipher) {
  const auto rows =
      transaction.query("SELECT id, url FROM pulls WHERE sealed_url IS NULL LIMIT $1", kPullsMax);
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    const auto id = row.id<PullId>(0);
    const auto sealed = transaction.execute("UPDATE pulls SET url = '', sealed_url = $1 WHERE id = $2",
                                            Blob{seal_pull_url(cipher, id, row.text(1))}, id);
    if (!sealed) return sealed.error();
  }
  return {};
}

}  // namespace vitrine
