// "--name N" of a test program's command line: how many seeds, which one.
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <optional>
#include <string_view>

namespace vitrine {

inline std::optional<uint64_t> test_argument(std::string_view name) {
  const auto arguments = testing::internal::GetArgvs();
  for (size_t at = 0; at + 1 < arguments.size(); ++at) {
    uint64_t value = 0;
    const std::string& text = arguments[at + 1];
    const bool number = std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
    if (arguments[at] == name && number) return value;
  }
  return std::nullopt;
}

}  // namespace vitrine
