#include "media/codec/codecs.h"

#include <algorithm>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/opus.h"

namespace vitrine {
namespace {

constexpr const Codec* kCodecs[] = {&kH264, &kHevc, &kAac, &kOpus};

// Never standardised, and what many encoders sent before Enhanced RTMP. Taken, never written.
constexpr uint8_t kOldHevcId = 12;

template <class Wanted>
const Codec* find(Wanted wanted) {
  const auto found = std::ranges::find_if(kCodecs, wanted);
  return found == std::end(kCodecs) ? nullptr : *found;
}

}  // namespace

std::span<const Codec* const> all_codecs() {
  return kCodecs;
}

const Codec* find_codec(FrameKind kind, uint8_t flv_id) {
  if (flv_id == 0) return nullptr;  // PCM; ours without a number have 0 here too
  if (kind == FrameKind::video && flv_id == kOldHevcId) return &kHevc;
  return find([&](const Codec* codec) { return codec->kind == kind && codec->flv_id == flv_id; });
}

const Codec* find_codec_by_fourcc(FrameKind kind, uint32_t fourcc) {
  return find([&](const Codec* codec) { return codec->kind == kind && codec->fourcc == fourcc; });
}

}  // namespace vitrine
