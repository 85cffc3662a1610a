#include "net/websocket_deflate.h"

#include <zlib.h>

#include <array>
#include <charconv>

#include "base/check.h"
#include "net/http.h"

namespace vitrine {
namespace {

constexpr int kWindowBits = -15;  // negative: without zlib's own header and checksum
constexpr int kLevel = 6;
constexpr int kMemoryLevel = 8;
constexpr std::array<uint8_t, 4> kTail{0x00, 0x00, 0xff, 0xff};  // cut off by the sender (7.2.1)
constexpr int kBlockEnded = 128;                                 // of z_stream::data_type, asked with Z_BLOCK
constexpr size_t kInflateStep = 4 * 1024;

const Error kBadDeflate{ErrorKind::invalid_input, "websocket.deflate"};
const Error kTooLarge{ErrorKind::too_large, "websocket.too_large"};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The part before `separator`, taken off the front of `rest`.
std::string_view take_part(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view part = trimmed(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

// "8" to "15" without leading zeros, perhaps quoted (7.1.2).
std::optional<int> window_bits(std::string_view value) {
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    value = value.substr(1, value.size() - 2);
  int bits = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), bits);
  if (failed != std::errc() || end != value.data() + value.size() || value.starts_with('0'))
    return std::nullopt;
  return bits >= 8 && bits <= 15 ? std::optional(bits) : std::nullopt;
}

// What one offer asks for; a parameter that is unknown, malformed or repeated declines it (7.1).
struct Offer {
  bool server_no_context = false;
  bool client_no_context = false;
  bool client_bits = false;
  bool server_bits = false;

  bool take(std::string_view parameter) {
    const size_t equals = parameter.find('=');
    const std::string_view name = trimmed(parameter.substr(0, equals));
    const bool has_value = equals != std::string_view::npos;
    const std::string_view value = has_value ? trimmed(parameter.substr(equals + 1)) : std::string_view();
    if (name == "server_no_context_takeover") return !has_value && !std::exchange(server_no_context, true);
    if (name == "client_no_context_takeover") return !has_value && !std::exchange(client_no_context, true);
    if (name == "client_max_window_bits")
      return (!has_value || window_bits(value)) && !std::exchange(client_bits, true);
    // A client whose window is smaller than ours could not read what all the others share.
    if (name == "server_max_window_bits")
      return has_value && window_bits(value) == 15 && !std::exchange(server_bits, true);
    return false;
  }
};

}  // namespace

std::string accept_deflate(std::string_view offers) {
  while (!offers.empty()) {
    std::string_view rest = take_part(offers, ',');
    if (!equal_ignoring_case(take_part(rest, ';'), "permessage-deflate")) continue;
    Offer offer;
    bool fine = true;
    while (fine && !rest.empty()) fine = offer.take(take_part(rest, ';'));
    if (!fine) continue;
    std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    if (offer.server_bits) answer += "; server_max_window_bits=15";
    return answer;
  }
  return {};
}

Result<std::string> inflate_message(std::string_view deflated, size_t message_max) {
  std::string input(deflated);
  input.append(reinterpret_cast<const char*>(kTail.data()), kTail.size());
  z_stream stream{};
  check(inflateInit2(&stream, kWindowBits) == Z_OK, "memory for inflating");
  const auto end = [](z_stream* ended) { inflateEnd(ended); };
  const std::unique_ptr<z_stream, decltype(end)> owner(&stream, end);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out;
  std::array<char, kInflateStep> step;
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(step.data());
    stream.avail_out = static_cast<uInt>(step.size());
    const int outcome = inflate(&stream, Z_BLOCK);
    const size_t came = step.size() - stream.avail_out;
    if (came > message_max - out.size()) return kTooLarge;
    out.append(step.data(), came);
    if (outcome == Z_STREAM_END) {
      // A final block may be followed by others in the same message (7.2.3.4).
      if (stream.avail_in == 0) return out;
      inflateReset(&stream);
    } else if (outcome == Z_BUF_ERROR || (outcome == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      // All the input is used. Our tail must have ended a block: a stream cut inside one is not whole.
      const bool between_blocks = (stream.data_type & kBlockEnded) != 0;
      return between_blocks ? Result<std::string>(std::move(out)) : kBadDeflate;
    } else if (outcome != Z_OK) {
      return kBadDeflate;
    }
  }
}

struct MessageDeflater::State {
  z_stream stream{};
  State() {
    const int made = deflateInit2(&stream, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
    check(made == Z_OK, "memory for deflating");
  }
  ~State() { deflateEnd(&stream); }
};

MessageDeflater::MessageDeflater() : state_(std::make_unique<State>()) {}
MessageDeflater::~MessageDeflater() = default;
MessageDeflater::MessageDeflater(MessageDeflater&&) noexcept = default;
MessageDeflater& MessageDeflater::operator=(MessageDeflater&&) noexcept = default;

std::optional<std::vector<uint8_t>> MessageDeflater::deflate(Bytes payload) {
  z_stream& stream = state_->stream;
  deflateReset(&stream);
  std::vector<uint8_t> out(payload.size() + kTail.size());
  stream.next_in = const_cast<Bytef*>(payload.data());
  stream.avail_in = static_cast<uInt>(payload.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int outcome = ::deflate(&stream, Z_SYNC_FLUSH);
  const size_t size = out.size() - stream.avail_out;
  // A full buffer: what there is room for is not smaller than the payload.
  if (outcome != Z_OK || stream.avail_out == 0 || size < kTail.size()) return std::nullopt;
  out.resize(size - kTail.size());
  if (out.size() >= payload.size()) return std::nullopt;
  return out;
}

}  // namespace vitrine
