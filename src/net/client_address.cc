#include "net/client_address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <optional>

namespace vitrine {
namespace {

using Address = std::array<uint8_t, 16>;

struct Parsed {
  Address bytes{};
  bool v4 = false;
};

std::optional<Parsed> parse(std::string_view text) {
  const std::string zero_ended(text);
  Parsed out;
  in_addr v4{};
  if (inet_pton(AF_INET, zero_ended.c_str(), &v4) == 1) {
    out.v4 = true;
    out.bytes[10] = out.bytes[11] = 0xff;
    std::memcpy(&out.bytes[12], &v4, sizeof(v4));
    return out;
  }
  if (inet_pton(AF_INET6, zero_ended.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

bool same_prefix(const Address& a, const Address& b, int bits) {
  for (size_t index = 0; bits > 0; ++index, bits -= 8) {
    const int shift = bits >= 8 ? 0 : 8 - bits;
    if (a[index] >> shift != b[index] >> shift) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// "[2001:db8::1]:443" and "192.0.2.1:5000" without brackets and port.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos
             ? text.substr(0, colon)
             : text;
}

}  // namespace

AddressRanges::AddressRanges(const std::vector<std::string>& texts, std::vector<std::string>* bad) {
  for (const std::string& text : texts) {
    const size_t slash = text.find('/');
    const auto address = parse(std::string_view(text).substr(0, slash));
    int bits = address && address->v4 ? 32 : 128;
    bool fine = address.has_value();
    if (slash != std::string::npos) {
      const int most = bits;
      const char* end = text.data() + text.size();
      const auto read = std::from_chars(text.data() + slash + 1, end, bits);
      fine = fine && read.ec == std::errc() && read.ptr == end && bits >= 0 && bits <= most;
    }
    if (fine)
      ranges_.push_back({address->bytes, address->v4 ? bits + 96 : bits});
    else if (bad != nullptr)
      bad->push_back(text);
  }
}

bool AddressRanges::contain(std::string_view address) const {
  if (ranges_.empty()) return false;
  const auto parsed = parse(address);
  if (!parsed) return false;
  for (const Range& range : ranges_) {
    if (same_prefix(range.address, parsed->bytes, range.bits)) return true;
  }
  return false;
}

ClientAddress client_address(const std::string& peer, bool secure, const HttpHeaders& headers,
                             const AddressRanges& trusted) {
  ClientAddress out{peer, secure};
  if (!trusted.contain(peer)) return out;
  if (const auto proto = headers.get("X-Forwarded-Proto"); !proto.empty())
    out.secure = equal_ignoring_case(proto, "https");
  std::string hops;
  for (const auto& [name, value] : headers.all()) {
    if (!equal_ignoring_case(name, "X-Forwarded-For")) continue;
    if (!hops.empty()) hops += ',';
    hops += value;
  }
  std::string_view rest = hops;
  while (!rest.empty() && trusted.contain(out.address)) {
    const size_t comma = rest.rfind(',');
    const auto hop = without_port(trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1)));
    if (!parse(hop)) break;
    out.address = hop;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
  }
  return out;
}

std::string address_group(std::string_view address) {
  const auto parsed = parse(address);
  if (!parsed || parsed->v4) return std::string(address);
  Address network{};
  std::memcpy(network.data(), parsed->bytes.data(), 8);
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, network.data(), text, sizeof(text));
  return std::string(text) + "/64";
}

}  // namespace vitrine
