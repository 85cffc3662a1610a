#include "base/dto.h"

#include <cmath>

namespace vitrine::dto_detail {

Fault wrong_type(std::string_view wanted, const std::string& at) {
  return DtoFault{at, "must be " + std::string(wanted)};
}

Fault read_bool(bool& out, const boost::json::value& in, const std::string& at) {
  if (!in.is_bool()) return wrong_type("true or false", at);
  out = in.get_bool();
  return std::nullopt;
}

Fault read_integer(int64_t& out, const boost::json::value& in, const FieldRule& rule, const std::string& at) {
  if (in.is_int64()) {
    out = in.get_int64();
  } else if (in.is_uint64() && in.get_uint64() <= static_cast<uint64_t>(INT64_MAX)) {
    out = static_cast<int64_t>(in.get_uint64());
  } else {
    return wrong_type("a whole number", at);
  }
  if (out < rule.min) return DtoFault{at, "must be at least " + std::to_string(rule.min)};
  if (out > rule.max) return DtoFault{at, "must be at most " + std::to_string(rule.max)};
  return std::nullopt;
}

Fault read_double(double& out, const boost::json::value& in, const std::string& at) {
  if (!in.is_number()) return wrong_type("a number", at);
  out = in.to_number<double>();
  if (!std::isfinite(out)) return wrong_type("a finite number", at);
  return std::nullopt;
}

Fault read_string(std::string& out, const boost::json::value& in, const FieldRule& rule,
                  const std::string& at) {
  if (!in.is_string()) return wrong_type("a string", at);
  const std::string_view text(in.get_string());
  const auto length = count_utf8(text);
  if (!length) return DtoFault{at, "must be valid UTF-8"};
  const size_t most = rule.max == kUnset ? kDefaultStringMax : static_cast<size_t>(rule.max);
  if (*length > most) return DtoFault{at, "must have at most " + std::to_string(most) + " characters"};
  if (rule.min > 0 && *length < static_cast<size_t>(rule.min)) {
    return DtoFault{at, "must have at least " + std::to_string(rule.min) + " characters"};
  }
  out.assign(text);
  return std::nullopt;
}

Fault read_money(Money& out, const boost::json::value& in, const FieldRule& rule, const std::string& at) {
  if (!in.is_object()) return wrong_type("an amount with a currency", at);
  const auto& object = in.get_object();
  const auto* amount = object.if_contains("amount");
  const auto* currency = object.if_contains("currency");
  if (amount == nullptr) return DtoFault{at + "/amount", "is required"};
  if (currency == nullptr) return DtoFault{at + "/currency", "is required"};
  if (auto fault = read_integer(out.amount, *amount, rule, at + "/amount")) return fault;
  const auto parsed =
      currency->is_string() ? Currency::parse(std::string_view(currency->get_string())) : std::nullopt;
  if (!parsed) return DtoFault{at + "/currency", "must be a three-letter ISO 4217 code"};
  out.currency = *parsed;
  return std::nullopt;
}

boost::json::object bounded(std::string_view type, std::string_view min_key, std::string_view max_key,
                            const FieldRule& rule) {
  boost::json::object out{{"type", type}};
  if (rule.min != std::numeric_limits<int64_t>::min()) out[min_key] = rule.min;
  if (rule.max != std::numeric_limits<int64_t>::max()) out[max_key] = rule.max;
  return out;
}

boost::json::object money_schema() {
  return {
      {"type", "object"},
      {"description", "Minor units and an ISO 4217 currency: 990 CNY is 9.90 yuan."},
      {"properties",
       {{"amount", {{"type", "integer"}}}, {"currency", {{"type", "string"}, {"pattern", "^[A-Z]{3}$"}}}}},
      {"required", {"amount", "currency"}}};
}

}  // namespace vitrine::dto_detail
