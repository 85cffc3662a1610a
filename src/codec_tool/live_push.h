// One connection of the demo publisher: encodes pictures and samples with FFmpeg and sends them by RTMP.
//
// Owns    both encoders, the muxer and its connection; gone with it.
// Thread  one; x264 runs without threads of its own.
// Never   reconnects: the caller makes another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "codec_tool/av_handles.h"
#include "codec_tool/canvas.h"
#include "codec_tool/stop_signal.h"

namespace vitrine {

struct PushOptions {
  std::string url;
  int width = 720;
  int height = 1280;
  int fps = 25;
  int video_kbps = 1'200;
};

inline constexpr int kPushSampleRate = 44'100;

class LivePush {
 public:
  // Opens encoders and connects; `stop` must outlive it and ends waits. What went wrong is on standard
  // error. Errors: `unsupported` "codec.encoder" without libx264 or AAC; `unavailable` "codec.connect".
  static Result<std::unique_ptr<LivePush>> open(PushOptions options, StopSignal& stop);
  ~LivePush();

  // Where to draw the next picture; valid until send_picture().
  Planes picture();
  // Sends it as frame `number` since the connection began; `key` makes it a key frame, as does the second
  // second without one. Errors: `unavailable` "codec.send".
  Result<void> send_picture(int64_t number, bool key);
  // Encodes the sound up to media time `until`, counted from the connection's start, which was `start`.
  Result<void> send_sound(WallTime start, Milliseconds until);

 private:
  LivePush(PushOptions options, StopSignal& stop);
  Result<void> open_encoders();
  Result<void> connect();
  Result<void> add_stream(const AVCodecContext& encoder);
  // Encodes `frame` and sends what came out.
  Result<void> encode(AVCodecContext& encoder, AVFrame* frame, int stream_index);

  PushOptions options_;
  StopSignal& stop_;
  AvCodecPtr video_;
  AvCodecPtr audio_;
  AvFormatPtr format_;
  AvFramePtr picture_;
  AvFramePtr sound_;
  AvPacketPtr packet_;
  int64_t samples_ = 0;
  bool header_written_ = false;
};

}  // namespace vitrine
