#include "media/access/play_token.h"

#include "media/protocol/stream_name.h"
#include "net/client_address.h"

namespace vitrine {
namespace {

constexpr std::string_view kPurpose = "play";
constexpr Error kInvalid{ErrorKind::forbidden, "play.token_invalid"};

bool is_viewer_id(std::string_view text) {
  return text.empty() || (text.size() <= kViewerIdMax && is_stream_name(text));
}

// Empty for what is no address.
std::string bound_address(std::string_view address) {
  const std::string all = address.find(':') == std::string_view::npos ? "0.0.0.0/0" : "::/0";
  return AddressRanges({all}).contain(address) ? address_group(address) : std::string();
}

Result<PlayClaim> read_claim(std::string_view payload) {
  const size_t first = payload.find('|');
  const size_t second = first == std::string_view::npos ? first : payload.find('|', first + 1);
  if (second == std::string_view::npos) return kInvalid;
  return PlayClaim{std::string(payload.substr(0, first)),
                   std::string(payload.substr(first + 1, second - first - 1)),
                   std::string(payload.substr(second + 1))};
}

}  // namespace

PlayTokens::PlayTokens(std::string current, std::optional<std::string> previous)
    : current_(std::move(current), std::string(kPurpose)) {
  if (previous) previous_.emplace(*std::move(previous), std::string(kPurpose));
}

Result<std::string> PlayTokens::sign(const PlayClaim& claim, WallTime expires) const {
  if (!is_stream_name(claim.stream)) return Error{ErrorKind::invalid_input, "play.stream"};
  if (!is_viewer_id(claim.viewer)) return Error{ErrorKind::invalid_input, "play.viewer"};
  std::string address;
  if (!claim.address.empty()) {
    address = bound_address(claim.address);
    if (address.empty()) return Error{ErrorKind::invalid_input, "play.address"};
  }
  return current_.sign(claim.stream + "|" + address + "|" + claim.viewer, expires);
}

Result<PlayClaim> PlayTokens::verify(std::string_view token, std::string_view stream,
                                     std::string_view address, WallTime now) const {
  auto payload = current_.verify(token, now);
  if (!payload && payload.error().kind != ErrorKind::gone && previous_)
    payload = previous_->verify(token, now);
  if (!payload) {
    if (payload.error().kind == ErrorKind::gone) return Error{ErrorKind::forbidden, "play.token_expired"};
    return kInvalid;
  }
  auto claim = read_claim(*payload);
  if (!claim || claim->stream != stream) return kInvalid;
  if (!claim->address.empty() && claim->address != bound_address(address)) return kInvalid;
  return claim;
}

}  // namespace vitrine
