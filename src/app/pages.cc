#include "app/pages.h"

#include <algorithm>

#include "app/assets.h"

namespace vitrine {
namespace {

// Built file names carry a hash of their content, so they may be kept for ever; the pages that name
// them are asked for again each time.
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

constexpr std::string_view kNoPages =
    "<!doctype html><meta charset=utf-8><title>Vitrine</title>"
    "<p>This build of Vitrine has no pages in it. Run <code>./dev build</code>.";

const Asset* find_asset(std::string_view path) {
  const auto& assets = embedded_assets();
  const auto found =
      std::find_if(assets.begin(), assets.end(), [&](const Asset& asset) { return asset.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

HttpResponse to_response(const Asset& asset, const HttpRequest& request) {
  HttpResponse out;
  const bool hashed = asset.path.find("/assets/") != std::string_view::npos;
  out.headers.set("Cache-Control", hashed ? kForEver : kAskAgain);
  out.headers.set("ETag", asset.etag);
  if (request.headers.get("If-None-Match") == asset.etag) {
    out.status = 304;
    return out;
  }
  out.headers.set("Content-Type", asset.content_type);
  out.body = asset.bytes;
  return out;
}

// The page of a path that names no file.
std::string_view page_of(std::string_view path) {
  if (path == "/console" || path.starts_with("/console/")) return "/console/index.html";
  if (path == "/" || path.starts_with("/r/")) return "/index.html";
  return {};
}

}  // namespace

std::optional<HttpResponse> serve_page(const HttpRequest& request) {
  if (const Asset* asset = find_asset(request.path)) return to_response(*asset, request);
  const std::string_view page = page_of(request.path);
  if (page.empty() || request.path.find("/assets/") != std::string::npos) return std::nullopt;
  if (const Asset* asset = find_asset(page)) return to_response(*asset, request);
  HttpResponse out;
  out.headers.set("Content-Type", "text/html; charset=utf-8");
  out.body = kNoPages;
  return out;
}

}  // namespace vitrine
