// What a command answered, for people: "name: value" lines, and a table for a list.
//
// Thread  any; pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace vitrine {

// Members of a nested object are written "publisher.fps"; members that are null are left out.
std::string answer_text(const boost::json::object& answer);

}  // namespace vitrine
