// A problem document (RFC 9457): what went wrong, in a form programs and people can read.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace vitrine {

struct Problem {
  ErrorKind kind = ErrorKind::internal;
  std::string slug;           // "shop.all_held"
  std::string detail;         // one sentence for a person; empty: made from the slug
  std::string field;          // JSON pointer of the bad field, if any
  boost::json::object extra;  // members beside the standard ones: {"total": ...}
  int retry_after_s = 0;      // > 0: sent as Retry-After too
  int status = 0;             // 0: the kind's; only HTTP's own conditions (405, 431) set another

  Problem() = default;
  Problem(Error error) : kind(error.kind), slug(error.reason) {}  // NOLINT: implicit by design
  Problem(ErrorKind k, std::string s, std::string d) : kind(k), slug(std::move(s)), detail(std::move(d)) {}
};

// The one place that maps error kinds to HTTP statuses.
int http_status(ErrorKind kind);
HttpResponse to_response(const Problem& problem);

}  // namespace vitrine
