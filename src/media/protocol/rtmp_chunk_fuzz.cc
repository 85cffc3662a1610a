// Any bytes as a chunk stream, handed over in two cuts that must not change what is read.
#include "media/protocol/rtmp_chunk.h"

namespace {

using namespace vitrine;

size_t read_all(RtmpChunkReader& reader, Bytes bytes, bool& failed) {
  size_t messages = 0;
  while (!failed) {
    const auto message = reader.next(bytes);
    failed = !message;
    if (failed || !*message) break;
    if ((*message)->type == RtmpType::aggregate) (void)split_aggregate(**message);
    ++messages;
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes(data, size);
  bool failed_whole = false;
  RtmpChunkReader whole;
  const size_t messages = read_all(whole, bytes, failed_whole);

  bool failed_cut = false;
  RtmpChunkReader cut;
  size_t messages_cut = 0;
  for (size_t at = 0; at < size && !failed_cut; ++at)
    messages_cut += read_all(cut, bytes.subspan(at, 1), failed_cut);
  check(messages == messages_cut && failed_whole == failed_cut,
        "how the bytes were cut changed what was read");
  return 0;
}
