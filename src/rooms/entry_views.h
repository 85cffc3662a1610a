// What the HTTP side of a room's door takes and answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "rooms/access_rules.h"
#include "rooms/room_rights.h"

namespace vitrine {

struct EntryView {
  EntryState state = EntryState::inside;
  AccessMode mode = AccessMode::open;
  int64_t until_ms = 0;
  std::string reason;
  std::optional<ProductId> product;
  std::vector<RoomAct> acts;
  static constexpr std::string_view schema_name = "RoomEntry";
  static constexpr auto fields() {
    return std::tuple{
        field("state", &EntryView::state,
              {.help = "inside, trial: the socket and the picture let the viewer in"}),
        field("mode", &EntryView::mode, {.help = "what the room asks for"}),
        field("until_ms", &EntryView::until_ms, {.help = "of a state that ends by itself; else 0"}),
        field("reason", &EntryView::reason, {.help = "of a kick or ban, in the words of staff"}),
        field("product", &EntryView::product,
              {.help = "what has to be bought, in the modes ticket and bought"}),
        field("acts", &EntryView::acts, {.help = "what the viewer may do in this room"})};
  }
};
struct EntryProofView {
  std::optional<std::string> password, code, token;
  static constexpr std::string_view schema_name = "EntryProof";
  static constexpr auto fields() {
    return std::tuple{
        field("password", &EntryProofView::password, {.min = 1, .max = 128}),
        field("code", &EntryProofView::code, {.help = "an invite code", .min = 1, .max = 64}),
        field("token", &EntryProofView::token,
              {.help = "signed by the merchant's own site, with a `room` claim", .min = 1, .max = 4'096})};
  }
};
struct TokenTermsView {
  TokenKeyKind kind = TokenKeyKind::site;
  bool has_key = false;
  std::string jwks_url, issuer, audience;
  static constexpr std::string_view schema_name = "TokenTerms";
  static constexpr auto fields() {
    return std::tuple{
        field(
            "kind", &TokenTermsView::kind,
            {.help = "where the key is: the installation's (site), a shared secret (HS256), a public key in "
                     "PEM, or a list of keys at a URL (jwks)"}),
        field("has_key", &TokenTermsView::has_key, {.help = "a secret or PEM is set; it is never shown"}),
        field("jwks_url", &TokenTermsView::jwks_url), field("issuer", &TokenTermsView::issuer),
        field("audience", &TokenTermsView::audience)};
  }
};
struct AccessView {
  AccessMode mode = AccessMode::open;
  bool has_password = false;
  int64_t tier = 0;
  std::optional<ProductId> product;
  std::optional<TokenTermsView> token;
  int64_t trial_minutes = 0;
  static constexpr std::string_view schema_name = "RoomAccess";
  static constexpr auto fields() {
    return std::tuple{field("mode", &AccessView::mode),
                      field("has_password", &AccessView::has_password),
                      field("tier", &AccessView::tier, {.help = "of mode members; 0: whoever has signed in"}),
                      field("product", &AccessView::product, {.help = "of the modes ticket and bought"}),
                      field("token", &AccessView::token, {.help = "of mode token"}),
                      field("trial_minutes", &AccessView::trial_minutes)};
  }
};
struct TokenWishView {
  TokenKeyKind kind = TokenKeyKind::site;
  std::optional<std::string> key;
  std::string issuer, audience;
  static constexpr std::string_view schema_name = "TokenTermsWish";
  static constexpr auto fields() {
    return std::tuple{
        field("kind", &TokenWishView::kind),
        field("key", &TokenWishView::key,
              {.help = "the secret (32 bytes or more), the PEM text or the URL; left out: stays as it is",
               .min = 1,
               .max = 8'192}),
        field("issuer", &TokenWishView::issuer, {.help = "the iss it must carry; empty: any", .max = 200}),
        field("audience", &TokenWishView::audience,
              {.help = "the aud it must carry; for the installation's keys members.jwt_audience counts",
               .max = 200})};
  }
};
struct AccessWishView {
  AccessMode mode = AccessMode::open;
  std::optional<std::string> password;
  std::optional<int64_t> tier;
  std::optional<ProductId> product;
  std::optional<TokenWishView> token;
  int64_t trial_minutes = 0;
  static constexpr std::string_view schema_name = "RoomAccessWish";
  static constexpr auto fields() {
    return std::tuple{
        field("mode", &AccessWishView::mode),
        field("password", &AccessWishView::password,
              {.help = "of mode password; left out: stays as it is", .min = 4, .max = 128}),
        field("tier", &AccessWishView::tier, {.help = "of mode members", .min = 0, .max = kTierMax}),
        field("product", &AccessWishView::product, {.help = "of the modes ticket and bought"}),
        field("token", &AccessWishView::token, {.help = "of mode token"}),
        field("trial_minutes", &AccessWishView::trial_minutes,
              {.help = "how long anybody may watch first; 0: not at all", .min = 0, .max = 1'440})};
  }
};
struct InviteView {
  std::string code, label;
  int64_t uses = 0, uses_max = 0, until_ms = 0;
  std::string by;
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "Invite";
  static constexpr auto fields() {
    return std::tuple{field("code", &InviteView::code),         field("label", &InviteView::label),
                      field("uses", &InviteView::uses),         field("uses_max", &InviteView::uses_max),
                      field("until_ms", &InviteView::until_ms), field("by", &InviteView::by),
                      field("at_ms", &InviteView::at_ms)};
  }
};
struct InviteList {
  std::vector<InviteView> items;
  static constexpr std::string_view schema_name = "InviteList";
  static constexpr auto fields() { return std::tuple{field("items", &InviteList::items)}; }
};
struct NewInvite {
  std::string label;
  int64_t uses_max = 1;
  std::optional<int64_t> days;
  static constexpr std::string_view schema_name = "NewInvite";
  static constexpr auto fields() {
    return std::tuple{
        field("label", &NewInvite::label, {.help = "whom it is for", .max = 60}),
        field("uses_max", &NewInvite::uses_max, {.min = 1, .max = 100'000}),
        field("days", &NewInvite::days, {.help = "left out: until it is taken back", .min = 1, .max = 365})};
  }
};

}  // namespace vitrine
