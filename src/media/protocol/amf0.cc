#include "media/protocol/amf0.h"

#include <bit>

#include "media/protocol/amf3.h"

namespace vitrine {
namespace {

// AMF0 2.1
constexpr uint8_t kNumber = 0x00;
constexpr uint8_t kBoolean = 0x01;
constexpr uint8_t kString = 0x02;
constexpr uint8_t kObject = 0x03;
constexpr uint8_t kNull = 0x05;
constexpr uint8_t kUndefined = 0x06;
constexpr uint8_t kEcmaArray = 0x08;
constexpr uint8_t kObjectEnd = 0x09;
constexpr uint8_t kStrictArray = 0x0a;
constexpr uint8_t kDate = 0x0b;
constexpr uint8_t kLongString = 0x0c;
constexpr uint8_t kUnsupported = 0x0d;
constexpr uint8_t kXml = 0x0f;
constexpr uint8_t kTypedObject = 0x10;
constexpr uint8_t kAvmPlus = 0x11;  // one value in AMF3 (3.1)

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  Result<std::vector<Amf0Value>> all() {
    std::vector<Amf0Value> out;
    while (bytes_.left() > 0) {
      auto one = value(0);
      if (!one) return one.error();
      out.push_back(*std::move(one));
    }
    return out;
  }

 private:
  Result<Amf0Value> value(int depth) {
    if (depth > kAmf0DepthMax) return Error{ErrorKind::too_large, "amf0.depth"};
    if (--budget_.nodes < 0) return Error{ErrorKind::too_large, "amf0.nodes"};
    const uint8_t type = bytes_.u8();
    if (bytes_.failed()) return truncated();
    switch (type) {
      case kNumber:
        return checked(std::bit_cast<double>(bytes_.u64()));
      case kBoolean:
        return checked(bytes_.u8() != 0);
      case kString:
        return text(bytes_.u16());
      case kLongString:
      case kXml:
        return text(bytes_.u32());
      case kNull:
        return Amf0Value();
      case kUndefined:
      case kUnsupported:
        return Amf0Value(Amf0Undefined{});
      case kDate:
        return date();
      case kStrictArray:
        return array(depth);
      case kTypedObject:
        bytes_.skip(bytes_.u16());
        return object(depth, false);
      case kEcmaArray:
        bytes_.skip(4);
        return object(depth, true);  // the count is only a hint (2.10)
      case kObject:
        return object(depth, false);
      case kAvmPlus:
        return read_amf3_value(bytes_, depth, budget_);
      default:
        return Error{ErrorKind::unsupported, "amf0.type"};
    }
  }

  Result<Amf0Value> text(size_t length) {
    if (length > kAmf0StringMax) return Error{ErrorKind::too_large, "amf0.string"};
    return checked(as_text(bytes_.bytes(length)));
  }

  Result<Amf0Value> date() {
    const auto ms = std::bit_cast<double>(bytes_.u64());
    bytes_.skip(2);
    return checked(Amf0Date{ms});
  }

  // Properties until an empty name and the end marker. Some encoders leave the marker out when the
  // object ends the message; that much is forgiven.
  Result<Amf0Value> object(int depth, bool ecma_array) {
    Amf0Object out;
    out.ecma_array = ecma_array;
    while (bytes_.left() > 0) {
      const size_t length = bytes_.u16();
      const Bytes name = bytes_.bytes(length);
      if (bytes_.failed()) return truncated();
      if (length == 0 && at_end_marker()) break;
      auto held = value(depth + 1);
      if (!held) return held.error();
      out.properties.push_back({std::string(as_text(name)), *std::move(held)});
    }
    return checked(std::move(out));
  }

  Result<Amf0Value> array(int depth) {
    Amf0Array out;
    const uint32_t count = bytes_.u32();
    for (uint32_t at = 0; at < count; ++at) {
      auto item = value(depth + 1);
      if (!item) return item.error();
      out.items.push_back(*std::move(item));
    }
    return checked(std::move(out));
  }

  bool at_end_marker() {
    ByteReader ahead = bytes_;
    if (ahead.u8() != kObjectEnd || ahead.failed()) return false;
    bytes_ = ahead;
    return true;
  }

  Result<Amf0Value> checked(Amf0Value value) {
    if (bytes_.failed()) return truncated();
    return value;
  }
  static Error truncated() { return {ErrorKind::truncated, "wire.truncated"}; }

  ByteReader bytes_;
  AmfBudget budget_;
};

void write_name(ByteWriter& out, std::string_view name) {
  const auto kept = name.substr(0, 0xffff);
  out.u16(kept.size()).text(kept);
}

struct Writer {
  ByteWriter& out;

  void operator()(Amf0Null) const { out.u8(kNull); }
  void operator()(Amf0Undefined) const { out.u8(kUndefined); }
  void operator()(double number) const { out.u8(kNumber).u64(std::bit_cast<uint64_t>(number)); }
  void operator()(bool flag) const { out.u8(kBoolean).u8(flag ? 1 : 0); }
  void operator()(const std::string& text) const {
    if (text.size() <= 0xffff)
      out.u8(kString).u16(text.size()).text(text);
    else
      out.u8(kLongString).u32(text.size()).text(text);
  }
  void operator()(Amf0Date date) const { out.u8(kDate).u64(std::bit_cast<uint64_t>(date.ms)).u16(0); }
  void operator()(const Amf0Object& object) const {
    if (object.ecma_array)
      out.u8(kEcmaArray).u32(object.properties.size());
    else
      out.u8(kObject);
    for (const auto& property : object.properties) {
      write_name(out, property.name);
      write_amf0(out, property.value);
    }
    out.u16(0).u8(kObjectEnd);
  }
  void operator()(const Amf0Array& array) const {
    out.u8(kStrictArray).u32(array.items.size());
    for (const auto& item : array.items) write_amf0(out, item);
  }
};

}  // namespace

const Amf0Value* Amf0Object::find(std::string_view name) const {
  for (const auto& property : properties)
    if (property.name == name) return &property.value;
  return nullptr;
}

std::string_view Amf0Object::text(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && value->text() != nullptr ? std::string_view(*value->text()) : std::string_view();
}

double Amf0Object::number(std::string_view name) const {
  const auto* value = find(name);
  return value != nullptr && value->number() != nullptr ? *value->number() : 0;
}

bool Amf0Object::operator==(const Amf0Object&) const = default;
bool Amf0Array::operator==(const Amf0Array&) const = default;

Result<std::vector<Amf0Value>> read_amf0(Bytes bytes) {
  if (bytes.size() > kAmf0TotalMax) return Error{ErrorKind::too_large, "amf0.total"};
  return Reader(bytes).all();
}

void write_amf0(ByteWriter& out, const Amf0Value& value) {
  std::visit(Writer{out}, value.held());
}

std::vector<uint8_t> write_amf0(const std::vector<Amf0Value>& values) {
  ByteWriter out;
  for (const auto& value : values) write_amf0(out, value);
  return out.take();
}

}  // namespace vitrine
