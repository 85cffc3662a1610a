#include "codec_tool/live_push.h"

#include <fmt/format.h>

#include <cstdio>

#include "codec_tool/demo_sound.h"

namespace vitrine {
namespace {

constexpr int kVideoStream = 0;
constexpr int kAudioStream = 1;
constexpr int kAudioBits = 96'000;
constexpr const char* kSendTimeout = "5000000";  // microseconds

Error fail(ErrorKind kind, std::string_view reason, std::string_view what, int number) {
  fmt::print(stderr, "vitrine-codec: {}: {}\n", what, av_error_words(number));
  return {kind, reason};
}

AvCodecPtr new_encoder(const AVCodec* codec) {
  return AvCodecPtr(codec == nullptr ? nullptr : avcodec_alloc_context3(codec));
}

AvCodecPtr video_encoder(const PushOptions& options) {
  auto encoder = new_encoder(avcodec_find_encoder_by_name("libx264"));
  if (!encoder) return nullptr;
  encoder->width = options.width;
  encoder->height = options.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = {1, options.fps};
  encoder->framerate = {options.fps, 1};
  encoder->gop_size = options.fps * 2;  // the caller asks for key frames more often
  encoder->max_b_frames = 0;
  encoder->bit_rate = int64_t{options.video_kbps} * 1'000;
  encoder->rc_max_rate = encoder->bit_rate * 3 / 2;
  encoder->rc_buffer_size = static_cast<int>(encoder->bit_rate);
  encoder->thread_count = 1;
  encoder->color_range = AVCOL_RANGE_MPEG;
  encoder->colorspace = AVCOL_SPC_BT709;
  encoder->color_primaries = AVCOL_PRI_BT709;
  encoder->color_trc = AVCOL_TRC_BT709;
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
  av_opt_set(encoder->priv_data, "tune", "zerolatency", 0);
  av_opt_set(encoder->priv_data, "forced-idr", "1", 0);
  av_opt_set(encoder->priv_data, "x264-params", "scenecut=0", 0);
  return encoder;
}

AvCodecPtr audio_encoder() {
  auto encoder = new_encoder(avcodec_find_encoder(AV_CODEC_ID_AAC));
  if (!encoder) return nullptr;
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->sample_rate = kPushSampleRate;
  av_channel_layout_default(&encoder->ch_layout, 2);
  encoder->bit_rate = kAudioBits;
  encoder->time_base = {1, kPushSampleRate};
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  return encoder;
}

}  // namespace

LivePush::LivePush(PushOptions options, StopSignal& stop)
    : options_(std::move(options)), stop_(stop), packet_(av_packet_alloc()) {}

LivePush::~LivePush() {
  if (header_written_) av_write_trailer(format_.get());  // says FCUnpublish and deleteStream
}

Result<std::unique_ptr<LivePush>> LivePush::open(PushOptions options, StopSignal& stop) {
  std::unique_ptr<LivePush> push(new LivePush(std::move(options), stop));
  if (auto opened = push->open_encoders(); !opened) return opened.error();
  if (auto connected = push->connect(); !connected) return connected.error();
  return push;
}

Result<void> LivePush::open_encoders() {
  constexpr Error kNoEncoder{ErrorKind::unsupported, "codec.encoder"};
  video_ = video_encoder(options_);
  audio_ = audio_encoder();
  if (!video_ || !audio_) {
    fmt::print(stderr, "vitrine-codec: this FFmpeg has no {} encoder\n", video_ ? "AAC" : "libx264");
    return kNoEncoder;
  }
  for (auto* encoder : {video_.get(), audio_.get()})
    if (const int number = avcodec_open2(encoder, nullptr, nullptr); number < 0)
      return fail(kNoEncoder.kind, kNoEncoder.reason, encoder->codec->name, number);

  picture_.reset(av_frame_alloc());
  picture_->format = video_->pix_fmt;
  picture_->width = video_->width;
  picture_->height = video_->height;
  sound_.reset(av_frame_alloc());
  sound_->format = audio_->sample_fmt;
  sound_->nb_samples = audio_->frame_size;
  sound_->sample_rate = audio_->sample_rate;
  av_channel_layout_copy(&sound_->ch_layout, &audio_->ch_layout);
  for (auto* frame : {picture_.get(), sound_.get()})
    if (const int number = av_frame_get_buffer(frame, 0); number < 0)
      return fail(ErrorKind::exhausted, "codec.memory", "no memory for frames", number);
  return {};
}

Result<void> LivePush::connect() {
  AVFormatContext* format = nullptr;
  avformat_alloc_output_context2(&format, nullptr, "flv", options_.url.c_str());
  format_.reset(format);
  if (!format_) return fail(ErrorKind::unsupported, "codec.encoder", "flv", AVERROR_MUXER_NOT_FOUND);
  format_->flags |= AVFMT_FLAG_FLUSH_PACKETS;
  format_->interrupt_callback.opaque = &stop_;
  format_->interrupt_callback.callback = [](void* stop) {
    return static_cast<StopSignal*>(stop)->requested() ? 1 : 0;
  };
  for (const auto* encoder : {video_.get(), audio_.get()})
    if (auto added = add_stream(*encoder); !added) return added;

  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "rw_timeout", kSendTimeout, 0);
  av_dict_set(&settings, "tcp_nodelay", "1", 0);
  int number = avio_open2(&format_->pb, options_.url.c_str(), AVIO_FLAG_WRITE, &format_->interrupt_callback,
                          &settings);
  av_dict_free(&settings);
  // A live stream has no length to write back at the end.
  if (number >= 0) av_dict_set(&settings, "flvflags", "no_duration_filesize", 0);
  if (number >= 0) number = avformat_write_header(format_.get(), &settings);
  av_dict_free(&settings);
  if (number < 0) return fail(ErrorKind::unavailable, "codec.connect", "cannot publish", number);
  header_written_ = true;
  return {};
}

Result<void> LivePush::add_stream(const AVCodecContext& encoder) {
  AVStream* stream = avformat_new_stream(format_.get(), nullptr);
  if (stream == nullptr || avcodec_parameters_from_context(stream->codecpar, &encoder) < 0)
    return fail(ErrorKind::exhausted, "codec.memory", "no memory for a stream", AVERROR(ENOMEM));
  stream->time_base = encoder.time_base;
  stream->avg_frame_rate = encoder.framerate;
  return {};
}

Planes LivePush::picture() {
  av_frame_make_writable(picture_.get());
  return {picture_->data[0],     picture_->data[1], picture_->data[2], picture_->linesize[0],
          picture_->linesize[1], options_.width,    options_.height};
}

Result<void> LivePush::send_picture(int64_t number, bool key) {
  picture_->pts = number;
  picture_->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  return encode(*video_, picture_.get(), kVideoStream);
}

Result<void> LivePush::send_sound(WallTime start, Milliseconds until) {
  const int64_t wanted = until.count() * kPushSampleRate / 1'000;
  while (samples_ + audio_->frame_size <= wanted) {
    av_frame_make_writable(sound_.get());
    for (int at = 0; at < audio_->frame_size; ++at) {
      const float sample = demo_sample(start, samples_ + at, kPushSampleRate);
      for (int channel = 0; channel < 2; ++channel)
        reinterpret_cast<float*>(sound_->data[channel])[at] = sample;
    }
    sound_->pts = samples_;
    samples_ += audio_->frame_size;
    if (auto sent = encode(*audio_, sound_.get(), kAudioStream); !sent) return sent;
  }
  return {};
}

Result<void> LivePush::encode(AVCodecContext& encoder, AVFrame* frame, int stream_index) {
  int number = avcodec_send_frame(&encoder, frame);
  while (number >= 0) {
    number = avcodec_receive_packet(&encoder, packet_.get());
    if (number == AVERROR(EAGAIN)) return {};
    if (number < 0) break;
    packet_->stream_index = stream_index;
    av_packet_rescale_ts(packet_.get(), encoder.time_base, format_->streams[stream_index]->time_base);
    number = av_interleaved_write_frame(format_.get(), packet_.get());
  }
  return fail(ErrorKind::unavailable, "codec.send", "sending ended", number);
}

}  // namespace vitrine
