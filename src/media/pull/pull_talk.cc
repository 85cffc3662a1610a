#include "media/pull/pull_talk.h"

#include "media/pull/http_flv_client.h"

namespace vitrine {
namespace {

class RtmpTalk final : public PullTalk {
 public:
  RtmpTalk(const PullUrl& url, Random& random) : client_(url.rtmp_target(), random) {}
  Result<std::optional<PullEvent>> next(Bytes& in) override {
    auto event = client_.next(in);
    if (!event) return event.error();
    if (!*event) return std::optional<PullEvent>();
    if (auto* media = std::get_if<RtmpMedia>(&**event)) return std::optional<PullEvent>(std::move(*media));
    if (auto* data = std::get_if<RtmpMetadata>(&**event)) return std::optional<PullEvent>(std::move(*data));
    return std::optional<PullEvent>(RtmpPlayEnded{});
  }
  std::vector<uint8_t> take_output() override { return client_.take_output(); }

 private:
  RtmpClient client_;
};

}  // namespace

std::unique_ptr<PullTalk> make_pull_talk(const PullUrl& url, Random& random) {
  if (url.rtmp()) return std::make_unique<RtmpTalk>(url, random);
  return std::make_unique<HttpFlvClient>(url);
}

}  // namespace vitrine
