#include "media/stream_rules.h"

#include <boost/json.hpp>

#include "base/dto.h"
#include "media/protocol/stream_name.h"

namespace vitrine {
namespace {

constexpr std::string_view kShop = "default";

struct StoredReferers {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  bool empty = true;
  static constexpr auto fields() {
    return std::tuple{field("allow", &StoredReferers::allow), field("deny", &StoredReferers::deny),
                      field("empty", &StoredReferers::empty)};
  }
};

std::optional<std::string> stored(const std::optional<RefererRules>& rules) {
  if (!rules) return std::nullopt;
  return boost::json::serialize(to_json(StoredReferers{rules->allow, rules->deny, rules->empty}));
}

std::optional<RefererRules> read_referers(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  boost::system::error_code failed;
  StoredReferers stored;
  // Nobody writes it but us; a row that cannot be read keeps everybody out rather than letting all in.
  if (read_dto(stored, boost::json::parse(*text, failed)) || failed) return RefererRules{{}, {}, false};
  return RefererRules{std::move(stored.allow), std::move(stored.deny), stored.empty};
}

std::string name_of(const std::optional<PlayMode>& mode) {
  return mode ? std::string(enum_names(*mode)[static_cast<size_t>(*mode)]) : std::string();
}

std::optional<PlayMode> read_mode(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text == "open" ? PlayMode::open : PlayMode::token;
}

}  // namespace

Task<Result<void>> StreamRulesBook::load(Database& database) {
  auto work = [](Transaction& transaction) -> Result<Book> {
    const auto rows = transaction.query(
        "SELECT stream, play, referers, version FROM stream_rules WHERE shop_id = $1 LIMIT $2", kShop,
        kStreamRulesMax);
    if (!rows) return rows.error();
    Book book;
    for (const auto& row : *rows)
      book[row.text(0)] = {{read_mode(row.text(1)), read_referers(row.maybe_text(2))}, row.integer(3)};
    return book;
  };
  auto book = co_await database.read(std::move(work));
  if (!book) co_return book.error();
  book_.with([&](Book& known) { known = *std::move(book); });
  co_return Result<void>();
}

StreamRules StreamRulesBook::find(const std::string& stream) const {
  return book_.with([&](const Book& book) {
    const auto found = book.find(stream);
    return found == book.end() ? StreamRules{} : found->second.rules;
  });
}

Task<Result<void>> StreamRulesBook::set(Database& database, std::string stream, StreamRules rules,
                                        WallTime now) {
  if (!is_stream_name(stream)) co_return Error{ErrorKind::invalid_input, "stream.name"};
  auto work = [stream, play = name_of(rules.play), referers = stored(rules.referers),
               now](Transaction& transaction) -> Result<int64_t> {
    const auto counted = transaction.query(
        "SELECT count(*), coalesce(max(version), 0) FROM stream_rules WHERE stream <> $1", stream);
    if (!counted) return counted.error();
    if (counted->at(0).integer(0) >= kStreamRulesMax)
      return Error{ErrorKind::exhausted, "media.too_many_rules"};
    const auto before = transaction.query("SELECT version FROM stream_rules WHERE stream = $1", stream);
    if (!before) return before.error();
    const int64_t version =
        std::max(counted->at(0).integer(1), before->empty() ? 0 : before->at(0).integer(0)) + 1;
    const auto written = transaction.execute(
        "INSERT INTO stream_rules (shop_id, stream, play, referers, version, changed_ms) VALUES ($1, $2, $3, "
        "$4, $5, $6) ON CONFLICT (shop_id, stream) DO UPDATE SET play = excluded.play, referers = "
        "excluded.referers, version = excluded.version, changed_ms = excluded.changed_ms",
        kShop, stream, play, referers, version, now);
    if (!written) return written.error();
    return version;
  };
  const auto version = co_await database.write(std::move(work));
  if (!version) co_return version.error();
  // Two changes may come back in either order; the later one counts.
  book_.with([&](Book& book) {
    Known& known = book[stream];
    if (*version > known.version) known = {std::move(rules), *version};
  });
  co_return Result<void>();
}

}  // namespace vitrine
