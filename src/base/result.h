// Result<T>: a value or an Error. Expected failures are values; exceptions stop at the adapter that
// calls the library which throws them. Dropping a Result draws a warning.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace vitrine {

// A closed list: net/problem.cc maps each kind to one HTTP status.
enum class ErrorKind : uint8_t {
  invalid_input,    // the caller sent something malformed or out of range
  unauthenticated,  // nobody known is asking
  forbidden,        // somebody known who may not
  not_found,
  gone,      // was there once, never again (a used one-time link)
  conflict,  // the state does not allow it (sold out, other version)
  too_large,
  too_fast,   // rate limit
  truncated,  // the bytes ended early
  unsupported,
  exhausted,        // a named limit of ours is reached
  unavailable,      // a dependency is down, or the module is
  unknown_outcome,  // a commit was lost: read back by idempotency key, never "refused"
  timed_out,
  internal,
};

// `reason` is a static slug ("shop.sold_out"): it lives for ever and is compared by content.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string_view reason;
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, error) {}         // NOLINT: implicit by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    check(ok(), "value() of an error");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    check(ok(), "value() of an error");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    check(ok(), "value() of an error");
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    check(!ok(), "error() of a value");
    return *std::get_if<1>(&state_);
  }
  T value_or(T other) const { return ok() ? value() : std::move(other); }

  template <class F>
  auto and_then(F f) && -> decltype(f(std::declval<T&&>())) {
    if (ok()) return f(std::move(*this).value());
    return error();
  }
  template <class F>
  auto map(F f) && -> Result<decltype(f(std::declval<T&&>()))> {
    if (ok()) return f(std::move(*this).value());
    return error();
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(error) {}  // NOLINT: implicit by design
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    check(error_.has_value(), "error() of a value");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace vitrine
