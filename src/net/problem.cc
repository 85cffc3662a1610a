#include "net/problem.h"

#include <boost/json/serialize.hpp>

namespace vitrine {
namespace {

// "shop.all_held" -> "All held."
std::string sentence_of(std::string_view slug) {
  const size_t dot = slug.rfind('.');
  std::string out(dot == std::string_view::npos ? slug : slug.substr(dot + 1));
  for (char& c : out) {
    if (c == '_') c = ' ';
  }
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z') out.front() -= 'a' - 'A';
  return out + ".";
}

// One refusal has a status of its own (SHOP-RULES 17): nothing is wrong with the call but its key.
constexpr std::string_view kKeyReused = "request.idempotency_key_reused";
constexpr int kUnprocessable = 422;

int status_of(const Problem& problem) {
  if (problem.status != 0) return problem.status;
  return problem.slug == kKeyReused ? kUnprocessable : http_status(problem.kind);
}

}  // namespace

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_input:
      return 400;
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::gone:
      return 410;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::too_fast:
      return 429;
    case ErrorKind::truncated:
      return 400;
    case ErrorKind::unsupported:
      return 415;
    case ErrorKind::exhausted:
      return 503;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::unknown_outcome:
      return 503;
    case ErrorKind::timed_out:
      return 504;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

HttpResponse to_response(const Problem& problem) {
  HttpResponse out;
  out.status = status_of(problem);
  const std::string slug = problem.slug.empty() ? "internal" : problem.slug;
  boost::json::object body;
  body["type"] = "https://vitrine.dev/problems/" + slug;
  body["title"] = status_phrase(out.status);
  body["status"] = out.status;
  body["slug"] = slug;
  body["detail"] = problem.detail.empty() ? sentence_of(slug) : problem.detail;
  if (!problem.field.empty()) body["field"] = problem.field;
  for (const auto& [name, value] : problem.extra) body[name] = value;
  out.headers.set("Content-Type", "application/problem+json");
  if (problem.retry_after_s > 0) out.headers.set("Retry-After", std::to_string(problem.retry_after_s));
  out.body = boost::json::serialize(body);
  return out;
}

}  // namespace vitrine
