// What members' routes take and answer, as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dto.h"
#include "members/display_name.h"
#include "net/caller.h"

namespace vitrine {

inline constexpr FieldRule kNewPasswordRule{.help = "At least 8 characters", .min = 8, .max = 128};

struct ViewerView {
  std::string kind;  // "guest" or "buyer"
  std::string id;
  std::string name;
  std::optional<std::string> phone_masked;
  static constexpr std::string_view schema_name = "Viewer";
  static constexpr auto fields() {
    return std::tuple{field("kind", &ViewerView::kind, {.help = "guest or buyer"}),
                      field("id", &ViewerView::id, {.help = "gst_... or usr_..."}),
                      field("name", &ViewerView::name), field("phone_masked", &ViewerView::phone_masked)};
  }
};

struct StaffView {
  AccountId id;
  std::string name;
  Role role = Role::support;
  std::vector<std::string> rights;
  static constexpr std::string_view schema_name = "Staff";
  static constexpr auto fields() {
    return std::tuple{field("id", &StaffView::id), field("name", &StaffView::name),
                      field("role", &StaffView::role), field("rights", &StaffView::rights)};
  }
};

struct MeView {
  ViewerView viewer;
  std::optional<StaffView> staff;
  std::string csrf;
  int64_t server_time_ms = 0;
  static constexpr std::string_view schema_name = "Me";
  static constexpr auto fields() {
    return std::tuple{field("viewer", &MeView::viewer), field("staff", &MeView::staff),
                      field("csrf", &MeView::csrf, {.help = "Send as X-CSRF-Token with every change"}),
                      field("server_time_ms", &MeView::server_time_ms)};
  }
};

struct RenameBody {
  std::optional<std::string> name;
  static constexpr std::string_view schema_name = "MeChange";
  static constexpr auto fields() {
    return std::tuple{field("name", &RenameBody::name, {.min = 1, .max = kDisplayNameMax})};
  }
};

struct ClaimBody {
  std::string token, name, password;
  static constexpr std::string_view schema_name = "OwnerClaim";
  static constexpr auto fields() {
    return std::tuple{field("token", &ClaimBody::token, {.min = 1, .max = 128}),
                      field("name", &ClaimBody::name, {.min = 1, .max = kStaffNameMax}),
                      field("password", &ClaimBody::password, kNewPasswordRule)};
  }
};

struct StaffSignInBody {
  std::string name, password;
  static constexpr std::string_view schema_name = "StaffSignIn";
  static constexpr auto fields() {
    return std::tuple{field("name", &StaffSignInBody::name, {.min = 1, .max = kStaffNameMax}),
                      field("password", &StaffSignInBody::password, {.min = 1, .max = 128})};
  }
};

struct StaffSessionView {
  SessionId session;
  int64_t created_at_ms = 0;
  int64_t last_seen_ms = 0;
  std::string ip, user_agent;
  bool current = false;
  static constexpr std::string_view schema_name = "StaffSession";
  static constexpr auto fields() {
    return std::tuple{field("session", &StaffSessionView::session),
                      field("created_at_ms", &StaffSessionView::created_at_ms),
                      field("last_seen_ms", &StaffSessionView::last_seen_ms),
                      field("ip", &StaffSessionView::ip),
                      field("user_agent", &StaffSessionView::user_agent),
                      field("current", &StaffSessionView::current)};
  }
};
struct StaffSessionList {
  std::vector<StaffSessionView> items;
  static constexpr std::string_view schema_name = "StaffSessionList";
  static constexpr auto fields() { return std::tuple{field("items", &StaffSessionList::items)}; }
};

struct StaffUserView {
  AccountId user;
  std::string name;
  Role role = Role::support;
  int64_t created_at_ms = 0;
  bool disabled = false;
  static constexpr std::string_view schema_name = "StaffUser";
  static constexpr auto fields() {
    return std::tuple{field("user", &StaffUserView::user), field("name", &StaffUserView::name),
                      field("role", &StaffUserView::role),
                      field("created_at_ms", &StaffUserView::created_at_ms),
                      field("disabled", &StaffUserView::disabled)};
  }
};
struct StaffUserList {
  std::vector<StaffUserView> items;
  static constexpr std::string_view schema_name = "StaffUserList";
  static constexpr auto fields() { return std::tuple{field("items", &StaffUserList::items)}; }
};
struct NewStaffUserBody {
  std::string name;
  Role role = Role::support;
  static constexpr std::string_view schema_name = "NewStaffUserDraft";
  static constexpr auto fields() {
    return std::tuple{field("name", &NewStaffUserBody::name, {.min = 1, .max = kStaffNameMax}),
                      field("role", &NewStaffUserBody::role)};
  }
};
struct NewStaffUserView {
  AccountId user;
  std::string name;
  Role role = Role::support;
  std::string one_time_password;
  static constexpr std::string_view schema_name = "NewStaffUser";
  static constexpr auto fields() {
    return std::tuple{field("user", &NewStaffUserView::user), field("name", &NewStaffUserView::name),
                      field("role", &NewStaffUserView::role),
                      field("one_time_password", &NewStaffUserView::one_time_password,
                            {.help = "Signs in once; then only serves to set one's own"})};
  }
};
struct StaffChangeBody {
  std::optional<Role> role;
  std::optional<bool> disabled;
  static constexpr std::string_view schema_name = "StaffUserChange";
  static constexpr auto fields() {
    return std::tuple{field("role", &StaffChangeBody::role), field("disabled", &StaffChangeBody::disabled)};
  }
};
struct PasswordBody {
  std::string current, fresh;
  static constexpr std::string_view schema_name = "PasswordChange";
  static constexpr auto fields() {
    return std::tuple{field("current", &PasswordBody::current, {.min = 1, .max = 128}),
                      field("new", &PasswordBody::fresh, kNewPasswordRule)};
  }
};

struct SmsView {
  std::string phone_masked, code;
  int64_t at_ms = 0;
  static constexpr std::string_view schema_name = "SandboxSms";
  static constexpr auto fields() {
    return std::tuple{field("phone_masked", &SmsView::phone_masked), field("code", &SmsView::code),
                      field("at_ms", &SmsView::at_ms)};
  }
};
struct SmsList {
  std::vector<SmsView> items;
  static constexpr std::string_view schema_name = "SandboxSmsList";
  static constexpr auto fields() { return std::tuple{field("items", &SmsList::items)}; }
};

struct CodeBody {
  std::string phone;
  bool consent = false;
  static constexpr std::string_view schema_name = "CodeRequest";
  static constexpr auto fields() {
    return std::tuple{field("phone", &CodeBody::phone, {.min = 5, .max = 24}),
                      field("consent", &CodeBody::consent, {.help = "Must be true"})};
  }
};
struct CodeSentView {
  int64_t expires_in_s = 0;
  int64_t resend_after_s = 0;
  bool sandbox = false;
  static constexpr std::string_view schema_name = "CodeSent";
  static constexpr auto fields() {
    return std::tuple{field("expires_in_s", &CodeSentView::expires_in_s),
                      field("resend_after_s", &CodeSentView::resend_after_s),
                      field("sandbox", &CodeSentView::sandbox,
                            {.help = "No message was sent: the code waits in the console for staff"})};
  }
};
struct BuyerSignInBody {
  std::optional<std::string> phone, code, token;
  bool consent = false;
  static constexpr std::string_view schema_name = "BuyerSignIn";
  static constexpr auto fields() {
    return std::tuple{field("phone", &BuyerSignInBody::phone, {.min = 5, .max = 24}),
                      field("code", &BuyerSignInBody::code, {.min = 6, .max = 6}),
                      field("token", &BuyerSignInBody::token,
                            {.help = "The merchant's JWT, instead of phone and code", .min = 1, .max = 8192}),
                      field("consent", &BuyerSignInBody::consent, {.help = "Must be true"})};
  }
};

struct AddressBody {
  std::string name, phone, region, line;
  std::optional<bool> is_default;
  static constexpr std::string_view schema_name = "AddressDraft";
  static constexpr auto fields() {
    return std::tuple{
        field("name", &AddressBody::name, {.help = "Consignee", .min = 1, .max = 40}),
        field("phone", &AddressBody::phone, {.min = 5, .max = 24}),
        field("region", &AddressBody::region, {.help = "Province, city, district", .min = 1, .max = 100}),
        field("line", &AddressBody::line, {.help = "Street, house, flat", .min = 1, .max = 200}),
        field("is_default", &AddressBody::is_default)};
  }
};
struct AddressView {
  AddressId address;
  std::string name, phone, region, line;
  bool is_default = false;
  static constexpr std::string_view schema_name = "Address";
  static constexpr auto fields() {
    return std::tuple{field("address", &AddressView::address), field("name", &AddressView::name),
                      field("phone", &AddressView::phone),     field("region", &AddressView::region),
                      field("line", &AddressView::line),       field("is_default", &AddressView::is_default)};
  }
};
struct AddressList {
  std::vector<AddressView> items;
  static constexpr std::string_view schema_name = "AddressList";
  static constexpr auto fields() { return std::tuple{field("items", &AddressList::items)}; }
};

}  // namespace vitrine
