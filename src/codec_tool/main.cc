// vitrine-codec: whatever links FFmpeg runs in this second program, so that no codec's crash, hostile
// bitstream or licence reaches the server (DESIGN 9).
#include <CLI/CLI.hpp>
#include <cstdio>

#include "codec_tool/probe.h"
#include "codec_tool/publish.h"

int main(int count, char** words) {
  using namespace vitrine;
  CLI::App app{"vitrine-codec: encodes for Vitrine, apart from the server", "vitrine-codec"};
  app.set_version_flag("--version", VITRINE_VERSION);
  app.require_subcommand(1);

  PushOptions options;
  int seconds = 0;
  auto* publish = app.add_subcommand(
      "publish",
      "Draw a moving demo picture with a clock and a chime and push it by RTMP, again and again when the "
      "connection is lost. Ends on SIGTERM, and when a pipe given as standard input is closed.");
  publish->add_option("--url", options.url, "rtmp://HOST/live/STREAM?key=KEY")
      ->envname("VITRINE_PUBLISH_URL")  // keeps the key out of the list of processes
      ->required();
  const auto even_side =
      CLI::Range(64, 4'096) &
      CLI::Validator([](const std::string& text) { return std::stoi(text) % 2 == 0 ? "" : "must be even"; },
                     "EVEN");
  publish->add_option("--width", options.width, "pixels")->check(even_side)->capture_default_str();
  publish->add_option("--height", options.height, "pixels")->check(even_side)->capture_default_str();
  publish->add_option("--fps", options.fps, "frames a second")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  publish->add_option("--kbps", options.video_kbps, "video bitrate")
      ->check(CLI::Range(100, 20'000))
      ->capture_default_str();
  publish->add_option("--seconds", seconds, "length; 0: until told to stop")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  auto* probe = app.add_subcommand("probe", "Print the encoders this machine has, as JSON.");
  CLI11_PARSE(app, count, words);

  if (*probe) {
    std::puts(probe_json().c_str());
    return 0;
  }
  av_log_set_level(AV_LOG_ERROR);
  avformat_network_init();
  StopSignal stop;
  const auto length = seconds > 0 ? std::optional(Milliseconds(seconds * 1'000)) : std::nullopt;
  return publish_demo(options, length, stop) ? 0 : 1;
}
