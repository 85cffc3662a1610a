// Any bytes as an FLV file, and each tag's body as what its type says.
#include "media/container/flv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  ByteReader reader(Bytes(data, size));
  if (!read_flv_header(reader)) return 0;
  while (reader.left() > 0) {
    const auto tag = read_flv_tag(reader);
    if (!tag) return 0;
    (void)read_flv_video(tag->body);
    (void)read_flv_audio(tag->body);
    (void)read_flv_metadata(tag->body);
  }
  return 0;
}
