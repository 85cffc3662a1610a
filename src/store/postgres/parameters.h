// A statement's parameters as libpq sends them: all in binary, each with its type.
//
// Owns    the bytes.
// Thread  one at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "store/sql_value.h"

namespace vitrine {

// PostgreSQL's numbers for the types our columns have (pg_type.h; they never change).
inline constexpr unsigned kPgBool = 16;
inline constexpr unsigned kPgBytea = 17;
inline constexpr unsigned kPgInt8 = 20;
inline constexpr unsigned kPgInt2 = 21;
inline constexpr unsigned kPgInt4 = 23;
inline constexpr unsigned kPgText = 25;
inline constexpr unsigned kPgFloat8 = 701;
inline constexpr unsigned kPgNumeric = 1700;

// "bigint"; empty for a type our columns do not have.
std::string pg_type_name(unsigned type);

class PgParameters {
 public:
  void add(const SqlValue& value);
  // One array of `type` from every `stride`-th value. False when a value has another type.
  bool add_array(unsigned type, std::span<const SqlValue> values, size_t stride);

  size_t count() const { return sizes_.size(); }
  // Which types were given: part of the name under which a statement is kept.
  std::string signature() const;
  std::vector<const char*> pointers() const;
  const int* sizes() const { return sizes_.data(); }
  const int* formats() const { return formats_.data(); }
  const unsigned* types() const { return types_.data(); }

 private:
  void close(size_t start, unsigned type);

  std::string bytes_;
  std::vector<size_t> starts_;
  std::vector<bool> nulls_;
  std::vector<int> sizes_;
  std::vector<int> formats_;
  std::vector<unsigned> types_;
};

}  // namespace vitrine
