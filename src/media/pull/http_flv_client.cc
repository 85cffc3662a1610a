#include "media/pull/http_flv_client.h"

namespace vitrine {
namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Error refusal_of(int status) {
  if (status == 404 || status == 410) return {ErrorKind::not_found, "pull.not_found"};
  if (status == 401 || status == 403) return {ErrorKind::forbidden, "pull.refused"};
  return {ErrorKind::unavailable, "pull.status"};
}

}  // namespace

HttpFlvClient::HttpFlvClient(const PullUrl& url) {
  const std::string server = url.server();
  const std::string host = server.substr(server.find("://") + 3);
  const std::string target = url.path + (url.query.empty() ? "" : "?" + url.query);
  const std::string text = "GET " + target + " HTTP/1.1\r\nHost: " + host +
                           "\r\nUser-Agent: Vitrine\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  request_.assign(text.begin(), text.end());
}

Result<std::optional<PullEvent>> HttpFlvClient::next(Bytes& in) {
  if (!begun_) {
    auto head = response_.read_head(in);
    if (!head) return head.error();
    if (!*head) return std::optional<PullEvent>();
    if (is_redirect((*head)->status))
      return std::optional<PullEvent>(PullRedirect{std::move((*head)->location)});
    if ((*head)->status != 200) return refusal_of((*head)->status);
    begun_ = true;
  }
  while (true) {
    auto event = tags_.next();
    if (!event) return event.error();
    if (*event) {
      if (auto* media = std::get_if<RtmpMedia>(&**event)) return std::optional<PullEvent>(std::move(*media));
      return std::optional<PullEvent>(std::move(std::get<RtmpMetadata>(**event)));
    }
    if (response_.done()) return std::optional<PullEvent>(RtmpPlayEnded{});
    if (in.empty()) return std::optional<PullEvent>();
    if (auto read = response_.read_body(in, tags_.buffer()); !read) return read.error();
  }
}

}  // namespace vitrine
