// A publisher's messages: each is a byte of kind, four of time, two of length and a body. Whatever they say,
// the frames that come of them lie on a line that only goes forward.
#include "media/hub/media_line.h"
#include "media/ingest/rtmp_frames.h"

namespace {

using namespace vitrine;

struct Line {
  MediaLine line;
  std::array<int64_t, 2> last{INT64_MIN, INT64_MIN};

  void take(const Frame& frame) {
    check(frame.track != nullptr && frame.payload != nullptr && frame.size() > 0, "half a frame");
    const auto placed = line.place(frame.kind(), frame.dts, frame.pts, frame.ingested);
    int64_t& before = last[static_cast<size_t>(frame.kind())];
    check(placed.dts > before && placed.pts >= placed.dts, "time ran backwards");
    before = placed.dts;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  RtmpFrames frames;
  Line line;
  ByteReader reader(Bytes(data, size));
  int64_t now_ms = 0;
  while (reader.left() > 0) {
    const uint8_t kind = reader.u8();
    const uint32_t time_ms = reader.u32();
    const Bytes body = reader.bytes(std::min<size_t>(reader.u16(), reader.left()));
    if (reader.failed()) return 0;
    now_ms += kind >> 1;
    const RtmpMedia message{(kind & 1) != 0, time_ms, {body.begin(), body.end()}};
    const auto frame = frames.take(message, MonotonicTime{Milliseconds(now_ms)});
    if (frame && *frame) line.take(**frame);
    if (!frame && frame.error().kind == ErrorKind::unsupported)
      check(!frames.refusal().empty(), "refused without a word");
  }
  return 0;
}
