#include "store/postgres/url.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace vitrine {
namespace {

constexpr std::string_view kPrefixKey = "schema_prefix=";
constexpr size_t kPrefixMost = 32;
constexpr Error kWrong{ErrorKind::invalid_input, "store.database_url"};

// Takes our own key out of the query part; libpq knows only its own.
std::string without_prefix_key(std::string_view url, std::string& prefix) {
  const size_t question = url.find('?');
  if (question == std::string_view::npos) return std::string(url);
  std::string kept(url.substr(0, question));
  std::string_view rest = url.substr(question + 1);
  char joint = '?';
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.starts_with(kPrefixKey)) {
      prefix = pair.substr(kPrefixKey.size());
    } else {
      kept += joint;
      kept += pair;
      joint = '&';
    }
  }
  return kept;
}

bool is_schema_part(std::string_view text) {
  return text.size() <= kPrefixMost && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

Result<PostgresUrl> parse_postgres_url(std::string_view url) {
  if (!url.starts_with("postgres://") && !url.starts_with("postgresql://")) return kWrong;
  PostgresUrl out;
  out.connect = without_prefix_key(url, out.schema_prefix);
  if (!is_schema_part(out.schema_prefix)) return kWrong;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(out.connect.c_str(), nullptr), &PQconninfoFree);
  if (!options) return kWrong;
  const auto value = [&](std::string_view key) -> std::string {
    for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
      if (key == each->keyword && each->val != nullptr) return each->val;
    }
    return {};
  };
  const std::string user = value("user");
  const std::string port = value("port");
  out.shown = fmt::format("postgres://{}{}{}{}/{}", user, user.empty() ? "" : "@", value("host"),
                          port.empty() ? "" : ":" + port, value("dbname"));
  return out;
}

}  // namespace vitrine
