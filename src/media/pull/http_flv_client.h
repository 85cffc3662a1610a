// The client's side of HTTP-FLV: one GET, whose answer never ends.
//
// Owns    the readers of the answer.
// Thread  one.
// Never   follows a redirect itself: the caller checks where it leads.
#pragma once

#include "media/pull/flv_tag_reader.h"
#include "media/pull/http_response_reader.h"
#include "media/pull/pull_talk.h"

namespace vitrine {

class HttpFlvClient final : public PullTalk {
 public:
  explicit HttpFlvClient(const PullUrl& url);

  // Errors: those of the readers; `not_found` "pull.not_found" (404, 410), `forbidden` "pull.refused" (401,
  // 403), `unavailable` "pull.status" for other answers.
  Result<std::optional<PullEvent>> next(Bytes& in) override;
  std::vector<uint8_t> take_output() override { return std::exchange(request_, {}); }

 private:
  std::vector<uint8_t> request_;
  HttpResponseReader response_;
  FlvTagReader tags_;
  bool begun_ = false;
};

}  // namespace vitrine
