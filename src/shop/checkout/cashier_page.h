// The sandbox cashier's page: server-made HTML without scripts, phone first, zh-CN and en, at home in a
// frame of the same origin.
#pragma once

#include <string_view>

#include "net/http.h"
#include "shop/payments/sandbox_provider.h"

namespace vitrine {

// Whether a browser with this Accept-Language header reads Chinese rather than English.
bool prefers_chinese(std::string_view accept_language);

HttpResponse render_cashier(const SandboxPayment& payment, std::string_view accept_language);

}  // namespace vitrine
