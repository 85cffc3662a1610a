#include "store/postgres/parameters.h"

#include <endian.h>

#include <bit>
#include <cstring>

namespace vitrine {
namespace {

constexpr int kBinary = 1;

void put32(std::string& out, uint32_t value) {
  const uint32_t wire = htobe32(value);
  out.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}
void put64(std::string& out, uint64_t value) {
  const uint64_t wire = htobe64(value);
  out.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

unsigned type_of(const SqlValue& value) {
  if (std::holds_alternative<int64_t>(value)) return kPgInt8;
  if (std::holds_alternative<double>(value)) return kPgFloat8;
  if (std::holds_alternative<std::string>(value)) return kPgText;
  if (std::holds_alternative<Blob>(value)) return kPgBytea;
  return 0;  // NULL: the server finds out
}

void put_value(std::string& out, const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) put64(out, static_cast<uint64_t>(*integer));
  if (const auto* real = std::get_if<double>(&value)) put64(out, std::bit_cast<uint64_t>(*real));
  if (const auto* text = std::get_if<std::string>(&value)) out += *text;
  if (const auto* blob = std::get_if<Blob>(&value)) out += blob->bytes;
}

}  // namespace

std::string pg_type_name(unsigned type) {
  switch (type) {
    case kPgInt8:
      return "bigint";
    case kPgText:
      return "text";
    case kPgBytea:
      return "bytea";
    case kPgFloat8:
      return "double precision";
    default:
      return {};
  }
}

void PgParameters::add(const SqlValue& value) {
  const size_t start = bytes_.size();
  put_value(bytes_, value);
  close(start, type_of(value));
  nulls_.back() = std::holds_alternative<std::monostate>(value);
}

// The binary form of a one-dimensional array: dimensions, "has nulls", element type, length, lower bound,
// then each element's size and bytes.
bool PgParameters::add_array(unsigned type, std::span<const SqlValue> values, size_t stride) {
  const size_t start = bytes_.size();
  put32(bytes_, 1);
  put32(bytes_, 1);
  put32(bytes_, type);
  put32(bytes_, static_cast<uint32_t>((values.size() + stride - 1) / stride));
  put32(bytes_, 1);
  for (size_t at = 0; at < values.size(); at += stride) {
    const unsigned own = type_of(values[at]);
    if (own != 0 && own != type) return false;
    const size_t size_at = bytes_.size();
    put32(bytes_, own == 0 ? UINT32_MAX : 0);
    put_value(bytes_, values[at]);
    if (own == 0) continue;
    const uint32_t size = htobe32(static_cast<uint32_t>(bytes_.size() - size_at - sizeof(uint32_t)));
    std::memcpy(bytes_.data() + size_at, &size, sizeof size);
  }
  close(start, 0);
  return true;
}

void PgParameters::close(size_t start, unsigned type) {
  starts_.push_back(start);
  nulls_.push_back(false);
  sizes_.push_back(static_cast<int>(bytes_.size() - start));
  formats_.push_back(kBinary);
  types_.push_back(type);
}

std::string PgParameters::signature() const {
  std::string out;
  for (const unsigned type : types_) {
    out += ' ';
    out += std::to_string(type);
  }
  return out;
}

std::vector<const char*> PgParameters::pointers() const {
  std::vector<const char*> out;
  out.reserve(starts_.size());
  for (size_t at = 0; at < starts_.size(); ++at)
    out.push_back(nulls_[at] ? nullptr : bytes_.data() + starts_[at]);
  return out;
}

}  // namespace vitrine
