// The OpenAPI 3.1 document of everything declared, in the order of paths and methods.
#include <algorithm>

#include "net/router.h"
#include "net/url.h"

namespace vitrine {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string lower_method(HttpMethod method) {
  std::string out(method_name(method));
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

value text_schema() {
  return {{"type", "string"}};
}

array parameters_of(const Router::Route& route) {
  array out;
  for (const std::string& segment : route.segments) {
    if (!segment.starts_with('{')) continue;
    const std::string name = segment.substr(1, segment.find('}') - 1);
    out.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", text_schema()}});
  }
  for (const QueryParameter& parameter : route.spec.query) {
    out.push_back({{"name", parameter.name},
                   {"in", "query"},
                   {"description", parameter.help},
                   {"schema", text_schema()}});
  }
  if (route.spec.idempotent) {
    out.push_back({{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"required", true},
                   {"description", "The same for every try of one act; a repeat gets the first answer."},
                   {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 128}}}});
  }
  return out;
}

array security_of(Access access) {
  switch (access) {
    case Access::open:
      return {};
    case Access::viewer:
      return {{{"guest", array{}}}, {{"buyer", array{}}}};
    case Access::buyer:
      return {{{"buyer", array{}}}};
    case Access::staff:
      return {{{"staff", array{}}}};
  }
  return {};
}

value content(std::string_view type, value schema) {
  return {{std::string(type), {{"schema", std::move(schema)}}}};
}

object responses_of(const Router::Route& route, object& schemas) {
  object out;
  object good{{"description", "Done"}};
  const RouteSpec& spec = route.spec;
  if (route.response_schema) good["content"] = content("application/json", route.response_schema(schemas));
  const bool raw = !route.response_schema && spec.status != 204 && spec.content_type != "application/json";
  if (raw && route.stream == nullptr) good["content"] = content(spec.content_type, object{});
  out[std::to_string(spec.status)] = std::move(good);
  out["default"] = {{"$ref", "#/components/responses/Problem"}};
  return out;
}

object operation_of(const Router::Route& route, object& schemas) {
  const RouteSpec& spec = route.spec;
  object out;
  out["operationId"] = spec.operation;
  out["tags"] = array{spec.tag};
  out["summary"] = spec.summary;
  if (spec.right) {
    out["description"] =
        "Needs the right " + std::string(enum_names(*spec.right)[static_cast<size_t>(*spec.right)]) + ".";
  }
  if (array parameters = parameters_of(route); !parameters.empty()) out["parameters"] = std::move(parameters);
  out["security"] = security_of(spec.access);
  if (route.request_schema) {
    out["requestBody"] = {{"required", route.body_needed},
                          {"content", content("application/json", route.request_schema(schemas))}};
  } else if (route.raw_body) {
    out["requestBody"] = {{"required", true}, {"content", content(spec.content_type, object{})}};
  }
  out["responses"] = responses_of(route, schemas);
  return out;
}

value cookie_scheme(std::string_view name) {
  return {{"type", "apiKey"}, {"in", "cookie"}, {"name", name}};
}

value problem_schema() {
  return {{"type", "object"},
          {"required", {"type", "title", "status", "slug", "detail"}},
          {"properties",
           {{"type", {{"type", "string"}, {"format", "uri"}}},
            {"title", text_schema()},
            {"status", {{"type", "integer"}}},
            {"slug", {{"type", "string"}, {"description", "What programs compare."}}},
            {"detail", {{"type", "string"}, {"description", "One sentence for a person."}}},
            {"field", {{"type", "string"}, {"description", "JSON pointer of the bad field."}}}}}};
}

}  // namespace

object Router::openapi() const {
  std::vector<const Route*> sorted;
  for (const auto& route : routes_) sorted.push_back(route.get());
  std::sort(sorted.begin(), sorted.end(), [](const Route* a, const Route* b) {
    return std::tie(a->spec.path, a->spec.method) < std::tie(b->spec.path, b->spec.method);
  });
  object schemas;
  object paths;
  for (const Route* route : sorted) {
    value& path = paths[route->spec.path];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[lower_method(route->spec.method)] = operation_of(*route, schemas);
  }
  schemas["Problem"] = problem_schema();
  // Schemas in the order of their names, whichever route met them first.
  std::vector<std::string> names;
  for (const auto& [name, schema] : schemas) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  object ordered;
  for (const std::string& name : names) ordered[name] = schemas[name];

  object components;
  components["schemas"] = std::move(ordered);
  components["responses"] = {
      {"Problem",
       {{"description", "What went wrong (RFC 9457)"},
        {"content", content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}}}};
  components["securitySchemes"] = {{"guest", cookie_scheme("vitrine_guest")},
                                   {"buyer", cookie_scheme("vitrine_buyer")},
                                   {"staff", cookie_scheme("vitrine_staff")}};
  object out;
  out["openapi"] = "3.1.0";
  out["info"] = {{"title", "Vitrine"}, {"version", VITRINE_VERSION}};
  out["paths"] = std::move(paths);
  out["components"] = std::move(components);
  return out;
}

}  // namespace vitrine
