#include "rooms/call_facts.h"

#include "net/client_address.h"

namespace vitrine {
namespace {

// A proxy beside us that is not in net.trusted_proxies: whose address it hides is not known.
bool is_loopback(const std::string& address) {
  return address == "::1" || address.starts_with("127.");
}

}  // namespace

IdempotencyKey key_of(const Call& call, std::string_view operation) {
  const std::string who = call.caller.staff ? call.caller.staff->id.str() : call.caller.viewer_id();
  return {who + " " + std::string(operation) + " " + call.request->path, call.idempotency_key,
          call.body_digest};
}

AuditEntry audit_entry_of(const Call& call, std::string act, std::string subject) {
  return {.actor = call.caller.staff ? call.caller.staff->id : call.caller.account,
          .act = std::move(act),
          .subject = std::move(subject),
          .ip = call.request->remote};
}

std::string actor_name(const Caller& caller) {
  return caller.staff ? caller.staff->name : caller.name;
}

ChatAuthor author_of(const Caller& caller, const std::string& remote) {
  ChatAuthor out{.id = caller.viewer_id(), .name = caller.name, .role = std::nullopt};
  if (caller.is_buyer() && caller.guest) out.guest = caller.guest.str();
  if (!caller.is_buyer() && !is_loopback(remote)) out.address = address_group(remote);
  if (caller.staff) {
    out.name = caller.staff->name;
    out.role = caller.staff->role;
  }
  return out;
}

DoorVisitor visitor_of(const Caller& caller, const std::string& remote) {
  DoorVisitor out{.id = caller.viewer_id(), .is_staff = caller.staff.has_value()};
  if (caller.is_buyer() && caller.guest) out.guest = caller.guest.str();
  if (!remote.empty() && !is_loopback(remote)) out.address = address_group(remote);
  if (caller.staff)
    out.session = caller.staff->session.str();
  else if (caller.is_buyer() && caller.buyer_session)
    out.session = caller.buyer_session.str();
  return out;
}

}  // namespace vitrine
