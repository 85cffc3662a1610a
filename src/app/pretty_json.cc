#include "app/pretty_json.h"

#include <boost/json/serialize.hpp>

namespace vitrine {
namespace {

void append(std::string& out, const boost::json::value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  if (value.is_object() && !value.get_object().empty()) {
    std::string_view before = "{\n";
    for (const auto& [name, member] : value.get_object()) {
      out += before;
      out += deeper + boost::json::serialize(boost::json::string_view(name)) + ": ";
      append(out, member, deeper);
      before = ",\n";
    }
    out += "\n" + indent + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    std::string_view before = "[\n";
    for (const auto& item : value.get_array()) {
      out += before;
      out += deeper;
      append(out, item, deeper);
      before = ",\n";
    }
    out += "\n" + indent + "]";
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string pretty_json(const boost::json::value& value) {
  std::string out;
  append(out, value, "");
  return out;
}

}  // namespace vitrine
