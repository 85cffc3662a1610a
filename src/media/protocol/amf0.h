// AMF0 (Adobe, "Action Message Format - AMF 0", 2007): the values inside RTMP commands and FLV script
// tags.
//
// Owns    its own copies; nothing points into the bytes read.
// Thread  one.
// Never   recurses deeper than kAmf0DepthMax on a peer's bytes, or reserves by a declared count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "wire/byte_reader.h"
#include "wire/byte_writer.h"

namespace vitrine {

inline constexpr int kAmf0DepthMax = 16;
inline constexpr int kAmf0NodesMax = 4'096;         // values and properties in one message
inline constexpr size_t kAmf0StringMax = 65'536;    // bytes
inline constexpr size_t kAmf0TotalMax = 1'048'576;  // bytes of one message

struct Amf0Null {
  friend bool operator==(Amf0Null, Amf0Null) = default;
};
struct Amf0Undefined {
  friend bool operator==(Amf0Undefined, Amf0Undefined) = default;
};
struct Amf0Date {
  double ms = 0;  // since 1970-01-01 UTC; the time zone field is reserved and written 0
  friend bool operator==(const Amf0Date&, const Amf0Date&) = default;
};

class Amf0Value;
// A template so that it is completed only after Amf0Value is.
template <class Value>
struct Amf0Named {
  std::string name;
  Value value;
  friend bool operator==(const Amf0Named&, const Amf0Named&) = default;
};
using Amf0Property = Amf0Named<Amf0Value>;

// An anonymous object or, with `ecma_array`, an associative array; in the order of the wire.
struct Amf0Object {
  std::vector<Amf0Property> properties;
  bool ecma_array = false;

  // The first property of that name; null when there is none.
  const Amf0Value* find(std::string_view name) const;
  // The text or number of a property; empty or 0 when it is missing or of another type.
  std::string_view text(std::string_view name) const;
  double number(std::string_view name) const;
  bool operator==(const Amf0Object&) const;
};
struct Amf0Array {
  std::vector<Amf0Value> items;
  bool operator==(const Amf0Array&) const;
};

class Amf0Value {
 public:
  using Held =
      std::variant<Amf0Null, Amf0Undefined, double, bool, std::string, Amf0Date, Amf0Object, Amf0Array>;

  Amf0Value() = default;                       // null
  Amf0Value(double number) : held_(number) {}  // NOLINT: a literal list of values reads best
  Amf0Value(int number) : held_(static_cast<double>(number)) {}   // NOLINT
  Amf0Value(bool flag) : held_(flag) {}                           // NOLINT
  Amf0Value(const char* text) : held_(std::string(text)) {}       // NOLINT: else it would become a bool
  Amf0Value(std::string_view text) : held_(std::string(text)) {}  // NOLINT
  Amf0Value(std::string text) : held_(std::move(text)) {}         // NOLINT
  Amf0Value(Amf0Undefined undefined) : held_(undefined) {}        // NOLINT
  Amf0Value(Amf0Date date) : held_(date) {}                       // NOLINT
  Amf0Value(Amf0Object object) : held_(std::move(object)) {}      // NOLINT
  Amf0Value(Amf0Array array) : held_(std::move(array)) {}         // NOLINT

  const Held& held() const { return held_; }
  // Null pointers when it is of another type.
  const double* number() const { return std::get_if<double>(&held_); }
  const std::string* text() const { return std::get_if<std::string>(&held_); }
  const Amf0Object* object() const { return std::get_if<Amf0Object>(&held_); }

  friend bool operator==(const Amf0Value&, const Amf0Value&) = default;

 private:
  Held held_;
};

// All values of a message, to its end.
// Errors: `truncated`; `too_large` "amf0.depth", "amf0.nodes", "amf0.string", "amf0.total";
// `unsupported` "amf0.type" for references, movie clips and record sets; those of read_amf3_value for a
// value in AMF3.
Result<std::vector<Amf0Value>> read_amf0(Bytes bytes);

void write_amf0(ByteWriter& out, const Amf0Value& value);
std::vector<uint8_t> write_amf0(const std::vector<Amf0Value>& values);

}  // namespace vitrine
