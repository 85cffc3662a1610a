// FFmpeg's objects with an owner, and its error numbers in words.
//
// Thread  one.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

#include <memory>
#include <string>

namespace vitrine {

struct AvFree {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFormatContext* format) const {
    if (format->pb != nullptr) avio_closep(&format->pb);
    avformat_free_context(format);
  }
};
using AvCodecPtr = std::unique_ptr<AVCodecContext, AvFree>;
using AvFramePtr = std::unique_ptr<AVFrame, AvFree>;
using AvPacketPtr = std::unique_ptr<AVPacket, AvFree>;
using AvFormatPtr = std::unique_ptr<AVFormatContext, AvFree>;

inline std::string av_error_words(int number) {
  char words[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(number, words, sizeof words);
  return words;
}

}  // namespace vitrine
