// A DTO is a plain struct that declares its fields once; reading from JSON with limits, writing to
// JSON and the JSON Schema of openapi.json all come from that declaration.
//
//   struct AddressInput {
//     std::string name, phone;
//     std::optional<bool> is_default;
//     static constexpr auto fields() {
//       return std::tuple{field("name", &AddressInput::name, {.help = "Consignee", .min = 1, .max = 40}),
//                         field("phone", &AddressInput::phone, {.min = 5, .max = 20}),
//                         field("is_default", &AddressInput::is_default)};
//     }
//     static constexpr std::string_view schema_name = "AddressInput";
//   };
//
// min/max bound the characters (Unicode code points) of a string, the value of an integer, the count
// of a vector. A std::optional field may be missing or null; every other field is required. Unknown
// fields are ignored (clients newer than the server). Known types: bool, integers, double, string,
// Id<Tag>, Money, enums with enum_names(), optional, vector, other DTOs, and boost::json::value.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/utf8.h"

namespace vitrine {

struct FieldRule {
  std::string_view help = "";
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};

template <class T, class M>
struct Field {
  std::string_view name;
  M T::* member;
  FieldRule rule;
};
template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::* member, FieldRule rule = {}) {
  return {name, member, rule};
}

// What is wrong with a JSON document: the JSON pointer of the first bad field and why, in words.
struct DtoFault {
  std::string pointer;
  std::string why;
};

template <class T>
concept Dto = requires { T::fields(); };
// An enum's JSON strings, found by argument-dependent lookup:
//   constexpr std::array<std::string_view, 2> enum_names(OrderState) -> names by value.
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T t) { enum_names(t); };

namespace dto_detail {
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;
inline constexpr size_t kDefaultStringMax = 4096;
inline constexpr size_t kDefaultCountMax = 500;
inline constexpr int64_t kUnset = std::numeric_limits<int64_t>::max();

using Fault = std::optional<DtoFault>;

Fault read_bool(bool& out, const boost::json::value& in, const std::string& at);
Fault read_integer(int64_t& out, const boost::json::value& in, const FieldRule& rule, const std::string& at);
Fault read_double(double& out, const boost::json::value& in, const std::string& at);
Fault read_string(std::string& out, const boost::json::value& in, const FieldRule& rule,
                  const std::string& at);
Fault read_money(Money& out, const boost::json::value& in, const FieldRule& rule, const std::string& at);
Fault wrong_type(std::string_view wanted, const std::string& at);
boost::json::object bounded(std::string_view type, std::string_view min_key, std::string_view max_key,
                            const FieldRule& rule);
boost::json::object money_schema();
}  // namespace dto_detail

template <Dto T>
std::optional<DtoFault> read_dto(T& out, const boost::json::value& in, const std::string& at = "");

template <class T>
std::optional<DtoFault> read_value(T& out, const boost::json::value& in, const FieldRule& rule,
                                   const std::string& at) {
  using namespace dto_detail;
  if constexpr (std::is_same_v<T, boost::json::value>) {
    out = in;
    return std::nullopt;
  } else if constexpr (std::is_same_v<T, bool>) {
    return read_bool(out, in, at);
  } else if constexpr (std::is_integral_v<T>) {
    FieldRule tight = rule;
    tight.min = std::max<int64_t>(rule.min, std::numeric_limits<T>::min());
    if constexpr (sizeof(T) < 8) tight.max = std::min<int64_t>(rule.max, std::numeric_limits<T>::max());
    int64_t wide = 0;
    if (auto fault = read_integer(wide, in, tight, at)) return fault;
    out = static_cast<T>(wide);
    return std::nullopt;
  } else if constexpr (std::is_floating_point_v<T>) {
    return read_double(out, in, at);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return read_string(out, in, rule, at);
  } else if constexpr (std::is_same_v<T, Money>) {
    return read_money(out, in, rule, at);
  } else if constexpr (is_id<T>) {
    if (!in.is_string()) return wrong_type("an id string", at);
    const auto id = T::parse(std::string_view(in.get_string()));
    if (!id) return DtoFault{at, "must be an id that begins with " + std::string(T::prefix())};
    out = *id;
    return std::nullopt;
  } else if constexpr (NamedEnum<T>) {
    if (!in.is_string()) return wrong_type("a string", at);
    constexpr auto names = enum_names(T{});
    std::string known;
    for (size_t index = 0; index < names.size(); ++index) {
      if (std::string_view(in.get_string()) == names[index]) {
        out = static_cast<T>(index);
        return std::nullopt;
      }
      known += (index ? ", " : "") + std::string(names[index]);
    }
    return DtoFault{at, "must be one of " + known};
  } else if constexpr (is_optional<T>) {
    if (in.is_null()) {
      out.reset();
      return std::nullopt;
    }
    return read_value(out.emplace(), in, rule, at);
  } else if constexpr (is_vector<T>) {
    if (!in.is_array()) return wrong_type("an array", at);
    const auto& items = in.get_array();
    const size_t most = rule.max == kUnset ? kDefaultCountMax : static_cast<size_t>(rule.max);
    if (items.size() > most) return DtoFault{at, "must have at most " + std::to_string(most) + " items"};
    if (rule.min > 0 && items.size() < static_cast<size_t>(rule.min))
      return DtoFault{at, "must have at least " + std::to_string(rule.min) + " items"};
    out.clear();
    for (size_t index = 0; index < items.size(); ++index) {
      if (auto fault = read_value(out.emplace_back(), items[index], {}, at + "/" + std::to_string(index)))
        return fault;
    }
    return std::nullopt;
  } else {
    static_assert(Dto<T>, "this type has no JSON form");
    return read_dto(out, in, at);
  }
}

template <Dto T>
std::optional<DtoFault> read_dto(T& out, const boost::json::value& in, const std::string& at) {
  if (!in.is_object()) return dto_detail::wrong_type("an object", at);
  const auto& object = in.get_object();
  std::optional<DtoFault> fault;
  auto read_one = [&]<class C, class M>(const Field<C, M>& f) {
    if (fault) return;
    const std::string where = at + "/" + std::string(f.name);
    const auto* found = object.if_contains(f.name);
    if (found == nullptr) {
      if constexpr (!dto_detail::is_optional<M>) fault = DtoFault{where, "is required"};
      return;
    }
    fault = read_value(out.*f.member, *found, f.rule, where);
  };
  std::apply([&](const auto&... f) { (read_one(f), ...); }, T::fields());
  return fault;
}

template <class T>
boost::json::value to_json(const T& in) {
  using namespace dto_detail;
  if constexpr (std::is_same_v<T, boost::json::value> || std::is_same_v<T, bool> ||
                std::is_floating_point_v<T> || std::is_integral_v<T>) {
    return in;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return boost::json::value(in);
  } else if constexpr (std::is_same_v<T, Money>) {
    return {{"amount", in.amount}, {"currency", in.currency.str()}};
  } else if constexpr (is_id<T>) {
    return boost::json::value(in.str());
  } else if constexpr (NamedEnum<T>) {
    return boost::json::value(enum_names(in)[static_cast<size_t>(in)]);
  } else if constexpr (is_optional<T>) {
    return in ? to_json(*in) : boost::json::value(nullptr);
  } else if constexpr (is_vector<T>) {
    boost::json::array out;
    out.reserve(in.size());
    for (const auto& item : in) out.push_back(to_json(item));
    return out;
  } else {
    static_assert(Dto<T>, "this type has no JSON form");
    boost::json::object out;
    auto write_one = [&]<class C, class M>(const Field<C, M>& f) { out[f.name] = to_json(in.*f.member); };
    std::apply([&](const auto&... f) { (write_one(f), ...); }, T::fields());
    return out;
  }
}

// The JSON Schema (2020-12) of a type. DTOs with a schema_name become a $ref and are added to
// `components` once.
template <class T>
boost::json::value schema_of(boost::json::object& components, const FieldRule& rule = {}) {
  using namespace dto_detail;
  if constexpr (std::is_same_v<T, boost::json::value>) {
    return boost::json::object{};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return bounded("integer", "minimum", "maximum", rule);
  } else if constexpr (std::is_floating_point_v<T>) {
    return {{"type", "number"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return bounded("string", "minLength", "maxLength", rule);
  } else if constexpr (std::is_same_v<T, Money>) {
    if (!components.contains("Money")) components["Money"] = money_schema();
    return {{"$ref", "#/components/schemas/Money"}};
  } else if constexpr (is_id<T>) {
    return {{"type", "string"}, {"pattern", "^" + std::string(T::prefix()) + "[0-9a-z]{13}$"}};
  } else if constexpr (NamedEnum<T>) {
    boost::json::array names;
    for (const auto name : enum_names(T{})) names.emplace_back(name);
    return {{"type", "string"}, {"enum", names}};
  } else if constexpr (is_optional<T>) {
    return {{"anyOf", {schema_of<typename T::value_type>(components, rule), {{"type", "null"}}}}};
  } else if constexpr (is_vector<T>) {
    auto out = bounded("array", "minItems", "maxItems", rule);
    out["items"] = schema_of<typename T::value_type>(components);
    return out;
  } else {
    auto build = [&] {
      boost::json::object properties;
      boost::json::array required;
      auto add_one = [&]<class C, class M>(const Field<C, M>& f) {
        auto schema = schema_of<M>(components, f.rule);
        if (!f.rule.help.empty() && schema.is_object()) schema.get_object()["description"] = f.rule.help;
        properties[f.name] = std::move(schema);
        if constexpr (!is_optional<M>) required.emplace_back(f.name);
      };
      std::apply([&](const auto&... f) { (add_one(f), ...); }, T::fields());
      boost::json::object out{{"type", "object"}, {"properties", std::move(properties)}};
      if (!required.empty()) out["required"] = std::move(required);
      return out;
    };
    if constexpr (requires { T::schema_name; }) {
      if (!components.contains(T::schema_name)) {
        components[T::schema_name] = nullptr;  // stands in while the fields are walked
        components[T::schema_name] = build();
      }
      return {{"$ref", "#/components/schemas/" + std::string(T::schema_name)}};
    } else {
      return build();
    }
  }
}

}  // namespace vitrine
