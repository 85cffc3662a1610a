#include "net/router.h"

#include "net/connection.h"
#include "net/url.h"

namespace vitrine {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// "{stream}.flv" -> "stream" and ".flv".
struct Parameter {
  std::string_view name;
  std::string_view suffix;
};
Parameter parameter_of(std::string_view segment) {
  const size_t end = segment.find('}');
  check(end != std::string_view::npos, "a path parameter is written {name}");
  return {segment.substr(1, end - 1), segment.substr(end + 1)};
}

bool matches(const Router::Route& route, const std::vector<std::string_view>& segments) {
  if (route.segments.size() != segments.size()) return false;
  for (size_t index = 0; index < segments.size(); ++index) {
    const std::string& wanted = route.segments[index];
    if (!is_parameter(wanted)) {
      if (wanted != segments[index]) return false;
    } else {
      const std::string_view suffix = parameter_of(wanted).suffix;
      if (segments[index].size() <= suffix.size() || !segments[index].ends_with(suffix)) return false;
    }
  }
  return true;
}

// Fewer characters left to parameters: "/sessions/current" comes before "/sessions/{session}".
size_t literal_characters(const Router::Route& route) {
  size_t count = 0;
  for (const std::string& segment : route.segments)
    count += is_parameter(segment) ? parameter_of(segment).suffix.size() : segment.size() + 1;
  return count;
}

// The shape two routes must not share: parameters' names do not tell them apart.
std::string shape_of(const Router::Route& route) {
  std::string out(method_name(route.spec.method));
  for (const std::string& segment : route.segments)
    out += "/" + (is_parameter(segment) ? "{}" + std::string(parameter_of(segment).suffix) : segment);
  return out;
}

}  // namespace

const std::string& Call::param(std::string_view name) const {
  const auto found = path.find(name);
  check(found != path.end(), "a handler asked for a parameter its path does not have");
  return found->second;
}

Router::Router() = default;
Router::~Router() = default;

void Router::add_route(Route route) {
  for (const std::string_view segment : path_segments(route.spec.path)) route.segments.emplace_back(segment);
  const std::string shape = shape_of(route);
  for (const auto& other : routes_) {
    check(shape_of(*other) != shape, "two routes for one method and path");
    check(other->spec.operation != route.spec.operation, "two routes with one operation name");
  }
  routes_.push_back(std::make_unique<Route>(std::move(route)));
}

void Router::add_stream(RouteSpec spec, StreamHandler handler) {
  Route route;
  route.spec = std::move(spec);
  route.stream = std::move(handler);
  add_route(std::move(route));
}

const Router::Route* Router::find(HttpMethod method, std::string_view path,
                                  std::map<std::string, std::string, std::less<>>& parameters,
                                  std::string& allowed) const {
  const auto segments = path_segments(path);
  const Route* best = nullptr;
  size_t best_literals = 0;
  uint32_t methods = 0;
  for (const auto& route : routes_) {
    if (!matches(*route, segments)) continue;
    methods |= 1U << static_cast<unsigned>(route->spec.method);
    const bool serves =
        route->spec.method == method ||
        (method == HttpMethod::head && route->spec.method == HttpMethod::get && !route->stream);
    const size_t literals = literal_characters(*route);
    if (!serves || (best != nullptr && literals <= best_literals)) continue;
    best = route.get();
    best_literals = literals;
  }
  if (best == nullptr) {
    if ((methods & 1U) != 0) methods |= 1U << static_cast<unsigned>(HttpMethod::head);
    for (unsigned index = 0; index <= static_cast<unsigned>(HttpMethod::options); ++index) {
      if ((methods >> index & 1U) == 0) continue;
      if (!allowed.empty()) allowed += ", ";
      allowed += method_name(static_cast<HttpMethod>(index));
    }
    return nullptr;
  }
  for (size_t index = 0; index < segments.size(); ++index) {
    if (!is_parameter(best->segments[index])) continue;
    const Parameter parameter = parameter_of(best->segments[index]);
    parameters.emplace(parameter.name,
                       segments[index].substr(0, segments[index].size() - parameter.suffix.size()));
  }
  return best;
}

}  // namespace vitrine
