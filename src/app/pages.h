// Serves the embedded pages: assets by their path, the viewer page for `/` and `/r/ROOM`, the console
// for everything under `/console`.
//
// Thread  any.
#pragma once

#include <optional>

#include "net/http.h"

namespace vitrine {

// Empty when there is no such page.
std::optional<HttpResponse> serve_page(const HttpRequest& request);

}  // namespace vitrine
