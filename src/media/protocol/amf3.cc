#include "media/protocol/amf3.h"

#include <bit>
#include <limits>

namespace vitrine {
namespace {

// AMF3 3.1
constexpr uint8_t kUndefined = 0x00;
constexpr uint8_t kNull = 0x01;
constexpr uint8_t kFalse = 0x02;
constexpr uint8_t kTrue = 0x03;
constexpr uint8_t kInteger = 0x04;
constexpr uint8_t kDouble = 0x05;
constexpr uint8_t kString = 0x06;
constexpr uint8_t kXmlDocument = 0x07;
constexpr uint8_t kDate = 0x08;
constexpr uint8_t kArray = 0x09;
constexpr uint8_t kObject = 0x0a;
constexpr uint8_t kXml = 0x0b;
constexpr uint8_t kByteArray = 0x0c;

constexpr uint8_t kAmf0String = 0x02;

constexpr Error kTruncated{ErrorKind::truncated, "wire.truncated"};
constexpr Error kBadReference{ErrorKind::invalid_input, "amf3.reference"};

class Reader {
 public:
  Reader(ByteReader& bytes, AmfBudget& budget) : bytes_(bytes), budget_(budget) {}

  Result<Amf0Value> value(int depth) {
    if (depth > kAmf0DepthMax) return Error{ErrorKind::too_large, "amf0.depth"};
    if (--budget_.nodes < 0) return Error{ErrorKind::too_large, "amf0.nodes"};
    const uint8_t type = bytes_.u8();
    if (bytes_.failed()) return kTruncated;
    switch (type) {
      case kUndefined:
        return Amf0Value(Amf0Undefined{});
      case kNull:
        return Amf0Value();
      case kFalse:
      case kTrue:
        return Amf0Value(type == kTrue);
      case kInteger:
        return integer();
      case kDouble:
        return checked(std::bit_cast<double>(bytes_.u64()));
      case kString: {
        auto read = text();
        if (!read) return read.error();
        return Amf0Value(*std::move(read));
      }
      case kXmlDocument:
      case kXml:
      case kByteArray:
        return blob();
      case kDate:
        return date();
      case kArray:
        return array(depth);
      case kObject:
        return object(depth);
      default:
        return Error{ErrorKind::unsupported, "amf3.type"};
    }
  }

 private:
  // What an object's class says of its members (3.12).
  struct Traits {
    std::vector<std::string> names;
    bool dynamic = false;
  };

  // Up to four bytes, seven bits each but the fourth's eight (1.3.1).
  uint32_t u29() {
    uint32_t value = 0;
    for (int at = 0; at < 3; ++at) {
      const uint8_t byte = bytes_.u8();
      value = value << 7 | (byte & 0x7fU);
      if ((byte & 0x80) == 0) return value;
    }
    return value << 8 | bytes_.u8();
  }

  Result<Amf0Value> integer() {
    const auto value = static_cast<int32_t>(u29() << 3) >> 3;  // 29 bits, signed
    return checked(static_cast<double>(value));
  }

  Result<std::string> text() {
    const uint32_t head = u29();
    if (bytes_.failed()) return kTruncated;
    if ((head & 1) == 0) {
      if (head >> 1 >= strings_.size()) return kBadReference;
      const std::string& known = strings_[head >> 1];
      if (!spend(known.size())) return Error{ErrorKind::too_large, "amf0.total"};
      return known;
    }
    const size_t length = head >> 1;
    if (length > kAmf0StringMax) return Error{ErrorKind::too_large, "amf0.string"};
    if (!spend(length)) return Error{ErrorKind::too_large, "amf0.total"};
    std::string out(as_text(bytes_.bytes(length)));
    if (bytes_.failed()) return kTruncated;
    if (!out.empty()) strings_.push_back(out);  // the empty string is never referred to (1.3.2)
    return out;
  }

  // XML and byte arrays: as text, in the table of objects.
  Result<Amf0Value> blob() {
    const auto length = begin_object();
    if (!length) return length.error();
    if (*length == kReferred) return Amf0Value(Amf0Undefined{});
    if (*length > kAmf0StringMax) return Error{ErrorKind::too_large, "amf0.string"};
    if (!spend(*length)) return Error{ErrorKind::too_large, "amf0.total"};
    return checked(as_text(bytes_.bytes(*length)));
  }

  Result<Amf0Value> date() {
    const auto inside = begin_object();
    if (!inside) return inside.error();
    if (*inside == kReferred) return Amf0Value(Amf0Undefined{});
    return checked(Amf0Date{std::bit_cast<double>(bytes_.u64())});
  }

  // Named members until an empty name, then `count` items (3.11). With names it is an associative array
  // whose items, if it has both, are left out: metadata never has.
  Result<Amf0Value> array(int depth) {
    const auto count = begin_object();
    if (!count) return count.error();
    if (*count == kReferred) return Amf0Value(Amf0Undefined{});
    Amf0Object named;
    named.ecma_array = true;
    if (auto read = members(named, depth); !read) return read.error();
    Amf0Array items;
    for (uint32_t at = 0; at < *count; ++at) {
      auto item = value(depth + 1);
      if (!item) return item.error();
      items.items.push_back(*std::move(item));
    }
    if (!named.properties.empty()) return Amf0Value(std::move(named));
    return Amf0Value(std::move(items));
  }

  Result<Amf0Value> object(int depth) {
    const auto head = begin_object();
    if (!head) return head.error();
    if (*head == kReferred) return Amf0Value(Amf0Undefined{});
    const auto traits = read_traits(*head);
    if (!traits) return traits.error();
    const Traits known = traits_[*traits];  // a copy: reading the members may add others
    Amf0Object out;
    for (const std::string& name : known.names) {
      auto held = value(depth + 1);
      if (!held) return held.error();
      if (!spend(name.size())) return Error{ErrorKind::too_large, "amf0.total"};
      out.properties.push_back({name, *std::move(held)});
    }
    if (known.dynamic)
      if (auto read = members(out, depth); !read) return read.error();
    return Amf0Value(std::move(out));
  }

  // `head` is U29O-traits without its lowest bit. The place of the traits in their table.
  Result<size_t> read_traits(uint32_t head) {
    if ((head & 1) == 0) {
      if (head >> 1 >= traits_.size()) return kBadReference;
      return size_t{head >> 1};
    }
    if ((head & 2) != 0) return Error{ErrorKind::unsupported, "amf3.type"};  // externalizable
    Traits out;
    out.dynamic = (head & 4) != 0;
    if (auto class_name = text(); !class_name) return class_name.error();
    const uint32_t count = head >> 3;
    for (uint32_t at = 0; at < count; ++at) {
      if (--budget_.nodes < 0) return Error{ErrorKind::too_large, "amf0.nodes"};
      auto name = text();
      if (!name) return name.error();
      out.names.push_back(*std::move(name));
    }
    traits_.push_back(std::move(out));
    return traits_.size() - 1;
  }

  Result<void> members(Amf0Object& out, int depth) {
    while (true) {
      auto name = text();
      if (!name) return name.error();
      if (name->empty()) return {};
      auto held = value(depth + 1);
      if (!held) return held.error();
      out.properties.push_back({*std::move(name), *std::move(held)});
    }
  }

  static constexpr uint32_t kReferred = std::numeric_limits<uint32_t>::max();

  // The number behind a new object's first bit, or kReferred when it was sent before.
  Result<uint32_t> begin_object() {
    const uint32_t head = u29();
    if (bytes_.failed()) return kTruncated;
    if ((head & 1) == 0) return head >> 1 < objects_ ? Result<uint32_t>(kReferred) : kBadReference;
    ++objects_;
    return head >> 1;
  }

  Result<Amf0Value> checked(Amf0Value value) {
    if (bytes_.failed()) return kTruncated;
    return value;
  }
  bool spend(size_t bytes) {
    if (bytes > budget_.bytes) return false;
    budget_.bytes -= bytes;
    return true;
  }

  ByteReader& bytes_;
  AmfBudget& budget_;
  std::vector<std::string> strings_;
  std::vector<Traits> traits_;
  uint32_t objects_ = 0;
};

Result<std::vector<Amf0Value>> read_all_amf3(Bytes body) {
  ByteReader reader(body);
  AmfBudget budget;
  std::vector<Amf0Value> out;
  while (reader.left() > 0) {
    auto one = read_amf3_value(reader, 0, budget);
    if (!one) return one.error();
    out.push_back(*std::move(one));
  }
  return out;
}

}  // namespace

Result<Amf0Value> read_amf3_value(ByteReader& reader, int depth, AmfBudget& budget) {
  return Reader(reader, budget).value(depth);
}

Result<std::vector<Amf0Value>> read_amf3_message(Bytes body) {
  if (body.size() > kAmf0TotalMax) return Error{ErrorKind::too_large, "amf0.total"};
  if (!body.empty() && body.front() == 0) return read_amf0(body.subspan(1));
  // Every command and data message begins with its name, a string: 2 in AMF0, 6 in AMF3.
  if (!body.empty() && body.front() == kAmf0String) return read_amf0(body);
  return read_all_amf3(body);
}

}  // namespace vitrine
