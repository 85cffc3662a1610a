// Our server for the fan-out benchmark: the real HTTP server and media module on one core, with one
// stream key made at the start.
//
//   fanout_server DATA_DIRECTORY FLUSH_MS      prints "HTTP_PORT RTMP_URL", then serves until it is killed
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

#include <prometheus/registry.h>

#include "base/random.h"
#include "media/config.h"
#include "media/module.h"
#include "net/config.h"
#include "net/http_server.h"

using namespace vitrine;

namespace {

Task<void> make_key(MediaModule* media, std::string host, std::promise<std::string>* url) {
  const auto made = co_await media->create_key("bench", std::move(host));
  url->set_value(made ? made->rtmp_url : std::string());
}

std::shared_ptr<const Config> config_with(const char* flush_ms) {
  auto keys = media_config_keys();
  for (auto& key : net_config_keys()) keys.push_back(key);
  auto config = std::make_shared<Config>(keys);
  if (const auto fault = config->set_text("media.flush_ms", flush_ms, "flag")) {
    std::fprintf(stderr, "%s\n", fault->what.c_str());
    std::exit(2);
  }
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  SystemClock clock;
  SystemRandom random;
  IdSource ids(clock, random);
  prometheus::Registry metrics;
  Cores cores(1);
  cores.at(0).set_config(config_with(argv[2]));
  Router router;
  MediaModule media({.cores = cores,
                     .router = router,
                     .clock = clock,
                     .random = random,
                     .ids = ids,
                     .data_directory = argv[1],
                     .metrics = metrics,
                     .rtmp = {.name = "rtmp", .bind = {"127.0.0.1"}, .port = 0}});
  HttpServer http({.cores = cores, .router = router, .clock = clock, .metrics = metrics});
  std::string fault;
  if (!http.open({.name = "http", .bind = {"127.0.0.1"}, .port = 0}, fault)) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    return 1;
  }
  cores.start();
  if (!media.start()) return 1;
  http.start();
  std::promise<std::string> url;
  cores.at(0).spawn(make_key(&media, "127.0.0.1:" + std::to_string(http.port()), &url));
  std::printf("%d %s\n", http.port(), url.get_future().get().c_str());
  std::fflush(stdout);
  for (;;) ::pause();
}
