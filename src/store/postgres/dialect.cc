#include "store/postgres/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace vitrine {
namespace {

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The next piece of SQL: a word, a string literal, or one other character.
std::string_view take_piece(std::string_view& rest) {
  size_t end = 1;
  if (is_word_char(rest[0])) {
    while (end < rest.size() && is_word_char(rest[end])) ++end;
  } else if (rest[0] == '\'') {
    end = rest.find('\'', 1);
    end = end == std::string_view::npos ? rest.size() : end + 1;
  }
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end);
  return piece;
}

std::string_view type_for(std::string_view word) {
  if (word == "TEXT") return "TEXT COLLATE \"C\"";
  if (word == "INTEGER") return "BIGINT";
  if (word == "BLOB") return "BYTEA";
  if (word == "REAL") return "DOUBLE PRECISION";
  return word;
}

std::vector<std::string> words_of(std::string_view sql) {
  std::vector<std::string> out;
  while (!sql.empty()) {
    const std::string_view piece = take_piece(sql);
    if (std::isspace(static_cast<unsigned char>(piece[0])) == 0) out.emplace_back(piece);
  }
  return out;
}

// CREATE TRIGGER name BEFORE change ON table BEGIN SELECT RAISE ( ABORT , 'why' ) ; END ;
std::string refusing_trigger(std::string_view sql) {
  const auto words = words_of(sql);
  constexpr size_t kName = 2;
  constexpr size_t kChange = 4;
  constexpr size_t kTable = 6;
  const auto why = std::find_if(words.begin(), words.end(), [](const auto& word) { return word[0] == '\''; });
  return fmt::format(
      "CREATE FUNCTION {0}() RETURNS trigger LANGUAGE plpgsql AS "
      "$refuse$ BEGIN RAISE EXCEPTION USING MESSAGE = {1}; END $refuse$;\n"
      "CREATE TRIGGER {0} BEFORE {2} ON {3} FOR EACH ROW EXECUTE FUNCTION {0}();\n"
      "CREATE TRIGGER {0}_whole BEFORE TRUNCATE ON {3} FOR EACH STATEMENT EXECUTE FUNCTION {0}();",
      words[kName], why == words.end() ? "'refused'" : *why, words[kChange], words[kTable]);
}

}  // namespace

std::string postgres_ddl(std::string_view sql) {
  constexpr std::string_view kTrigger = "CREATE TRIGGER";
  constexpr std::string_view kTriggerEnd = "END;";
  std::string out;
  while (!sql.empty()) {
    if (sql.starts_with(kTrigger)) {
      const size_t end =
          std::min(sql.find(kTriggerEnd), sql.size() - kTriggerEnd.size()) + kTriggerEnd.size();
      out += refusing_trigger(sql.substr(0, end));
      sql.remove_prefix(end);
    } else {
      out += type_for(take_piece(sql));
    }
  }
  return out;
}

std::optional<std::string> set_wise_insert(std::string_view sql, const std::vector<std::string>& types,
                                           const std::vector<bool>& varies) {
  constexpr std::string_view kValues = " VALUES (";
  const size_t at = sql.find(kValues);
  const bool plain = sql.starts_with("INSERT INTO ") && at != std::string_view::npos && sql.ends_with(")") &&
                     sql.find(" ON CONFLICT") == std::string_view::npos;
  if (!plain) return std::nullopt;
  std::string selected;
  std::string_view expressions = sql.substr(at + kValues.size());
  expressions.remove_suffix(1);
  while (!expressions.empty()) {
    const std::string_view piece = take_piece(expressions);
    const bool parameter = piece == "$" && !expressions.empty();
    if (!parameter) {
      selected += piece;
      continue;
    }
    const std::string number(take_piece(expressions));
    const size_t index = static_cast<size_t>(std::stoul(number)) - 1;
    selected += varies[index] ? "given.p" + number : "$" + number + "::" + types[index];
  }
  std::string arrays;
  std::string names;
  for (size_t index = 0; index < types.size(); ++index) {
    if (!varies[index]) continue;
    arrays += fmt::format("{}${}::{}[]", arrays.empty() ? "" : ", ", index + 1, types[index]);
    names += fmt::format("{}p{}", names.empty() ? "" : ", ", index + 1);
  }
  return fmt::format("{} SELECT {} FROM unnest({}) AS given({})", sql.substr(0, at), selected, arrays, names);
}

}  // namespace vitrine
