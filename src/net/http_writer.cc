#include "net/http_writer.h"

#include <ctime>

namespace vitrine {
namespace {

bool clean(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

void append(std::string& out, std::string_view name, std::string_view value) {
  if (!clean(name) || !clean(value)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string http_date(WallTime time) {
  const std::time_t seconds = time.ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const size_t size = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

std::string render_head(const HttpResponse& response, const HeadContext& context) {
  std::string out;
  out.reserve(1024);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(status_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.all()) append(out, name, value);
  const auto add_default = [&](std::string_view name, std::string_view value) {
    if (!response.headers.has(name)) append(out, name, value);
  };
  add_default("Date", http_date(context.now));
  add_default("Cache-Control", "no-store");
  add_default("X-Content-Type-Options", "nosniff");
  add_default("Referrer-Policy", "strict-origin-when-cross-origin");
  add_default("Content-Security-Policy", kContentSecurityPolicy);
  if (context.strict_transport) add_default("Strict-Transport-Security", "max-age=31536000");
  if (context.framing == BodyFraming::length && status_has_body(response.status))
    append(out, "Content-Length", std::to_string(response.content().size()));
  append(out, "Connection", context.keep_alive ? "keep-alive" : "close");
  return out.append("\r\n");
}

}  // namespace vitrine
