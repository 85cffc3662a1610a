// JSON for people and for diffs: two spaces, one member a line, the order as given.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace vitrine {

std::string pretty_json(const boost::json::value& value);

}  // namespace vitrine
