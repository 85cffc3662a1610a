#include "app/answer_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>
#include <vector>

namespace vitrine {
namespace {

using Object = boost::json::object;
using Line = std::vector<std::pair<std::string, std::string>>;

std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

// One object without nested ones, in its own order.
Line flat(const Object& object, const std::string& before = "") {
  Line out;
  for (const auto& [name, value] : object) {
    const std::string full = before + std::string(name);
    if (value.is_null()) continue;
    if (!value.is_object()) {
      out.emplace_back(full, text_of(value));
      continue;
    }
    for (auto& member : flat(value.get_object(), full + ".")) out.push_back(std::move(member));
  }
  return out;
}

std::string table(const boost::json::array& items) {
  std::vector<std::string> names;
  std::map<std::string, size_t> widths;
  std::vector<std::map<std::string, std::string>> rows;
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (auto& [name, text] : item.is_object() ? flat(item.get_object()) : Line{{"value", text_of(item)}}) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      widths[name] = std::max({widths[name], name.size(), text.size()});
      row[name] = std::move(text);
    }
  }
  std::string out;
  for (const auto& name : names) out += fmt::format("{:<{}}  ", name, widths[name]);
  out += '\n';
  for (auto& row : rows) {
    for (const auto& name : names) out += fmt::format("{:<{}}  ", row[name], widths[name]);
    out += '\n';
  }
  return out;
}

}  // namespace

std::string answer_text(const Object& answer) {
  const auto* items = answer.if_contains("items");
  if (items != nullptr && items->is_array())
    return items->get_array().empty() ? "none\n" : table(items->get_array());
  std::string out;
  for (const auto& [name, text] : flat(answer)) out += fmt::format("{}: {}\n", name, text);
  return out;
}

}  // namespace vitrine
