// What members counts. Labels are few and fixed: no account, phone or address ever is one.
#pragma once

#include "runtime/metrics.h"

namespace vitrine {

struct MembersMetrics {
  explicit MembersMetrics(prometheus::Registry& registry)
      : staff_in(sign_ins(registry, "staff", "signed_in")),
        staff_refused(sign_ins(registry, "staff", "refused")),
        buyer_in(sign_ins(registry, "buyer", "signed_in")),
        buyer_refused(sign_ins(registry, "buyer", "refused")),
        codes_sent(codes(registry, "sent")),
        codes_refused(codes(registry, "refused")),
        passwords_inside(gauge(registry, "vitrine_members_password_hashes",
                               "Password hashes running or waiting, at the last staff sign-in")) {}

  prometheus::Counter& staff_in;
  prometheus::Counter& staff_refused;
  prometheus::Counter& buyer_in;
  prometheus::Counter& buyer_refused;
  prometheus::Counter& codes_sent;
  prometheus::Counter& codes_refused;
  prometheus::Gauge& passwords_inside;

 private:
  static prometheus::Counter& sign_ins(prometheus::Registry& registry, const char* kind,
                                       const char* outcome) {
    return counter(registry, "vitrine_members_sign_ins_total", "Sign-ins by kind and outcome",
                   {{"kind", kind}, {"outcome", outcome}});
  }
  static prometheus::Counter& codes(prometheus::Registry& registry, const char* outcome) {
    return counter(registry, "vitrine_members_codes_total", "Sign-in codes asked for, by outcome",
                   {{"outcome", outcome}});
  }
};

}  // namespace vitrine
