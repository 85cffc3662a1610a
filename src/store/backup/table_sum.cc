#include "store/backup/table_sum.h"

#include <cstring>

#include "base/digest.h"
#include "base/hex.h"

namespace vitrine {
namespace {

void append_number(std::string& out, uint64_t number) {
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  out.append(bytes, sizeof(number));
}

// Each value with its type and length, so that no two rows read the same.
void append_value(std::string& out, const SqlValue& value) {
  out += static_cast<char>('0' + value.index());
  if (const auto* integer = std::get_if<int64_t>(&value)) append_number(out, static_cast<uint64_t>(*integer));
  if (const auto* real = std::get_if<double>(&value)) append_number(out, std::bit_cast<uint64_t>(*real));
  const auto* text = std::get_if<std::string>(&value);
  const auto* blob = std::get_if<Blob>(&value);
  if (blob != nullptr) text = &blob->bytes;
  if (text == nullptr) return;
  append_number(out, text->size());
  out += *text;
}

}  // namespace

void RowSums::add(std::span<const SqlValue> values) {
  std::string bytes;
  for (const SqlValue& value : values) append_value(bytes, value);
  const std::string digest = sha256(bytes);
  static_assert(kDigestBytes == sizeof(lanes_));
  std::array<uint64_t, 4> row;
  std::memcpy(row.data(), digest.data(), sizeof(row));
  for (size_t at = 0; at < row.size(); ++at) lanes_[at] += row[at];
  ++rows_;
}

TableSum RowSums::sum(std::string table) const {
  std::string bytes;
  for (const uint64_t lane : lanes_) append_number(bytes, lane);
  return {std::move(table), rows_, to_hex(bytes)};
}

}  // namespace vitrine
