#include "codec_tool/probe.h"

#include <fmt/format.h>

#include "codec_tool/av_handles.h"

namespace vitrine {
namespace {

struct Known {
  const char* codec;
  const char* encoder;
};
constexpr Known kKnown[] = {{"h264", "libx264"},   {"h265", "libx265"}, {"av1", "libsvtav1"},
                            {"aac", "libfdk_aac"}, {"aac", "aac"},      {"opus", "libopus"}};

}  // namespace

std::string probe_json() {
  std::string encoders;
  for (const auto& known : kKnown) {
    if (avcodec_find_encoder_by_name(known.encoder) == nullptr) continue;
    if (!encoders.empty()) encoders += ',';
    encoders += fmt::format(R"({{"codec":"{}","encoder":"{}"}})", known.codec, known.encoder);
  }
  const unsigned version = avcodec_version();
  return fmt::format(R"({{"libavcodec":"{}.{}.{}","encoders":[{}]}})", AV_VERSION_MAJOR(version),
                     AV_VERSION_MINOR(version), AV_VERSION_MICRO(version), encoders);
}

}  // namespace vitrine
