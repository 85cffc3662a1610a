// Our server for the fan-out benchmarks: the real HTTP server and media module, with stream keys made at
// the start.
//
//   fanout_server DATA_DIRECTORY FLUSH_MS CORES STREAM...
//     prints "HTTP_PORT RTMP_PORT" and a line with one RTMP URL for publishing a stream each, then serves
//     until it is killed. With cert.pem and key.pem in DATA_DIRECTORY it speaks TLS as well.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>

#include <prometheus/registry.h>

#include "base/random.h"
#include "media/config.h"
#include "media/module.h"
#include "net/config.h"
#include "net/http_server.h"
#include "runtime/tls_door.h"

using namespace vitrine;

namespace {

Task<void> make_key(MediaModule* media, std::string stream, std::promise<std::string>* url) {
  const auto made = co_await media->create_key(std::move(stream), "127.0.0.1:80");
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

TlsSettings certificate_in(const std::string& folder) {
  TlsSettings out{.certificate = folder + "/cert.pem", .key = folder + "/key.pem"};
  return std::filesystem::exists(out.certificate) ? out : TlsSettings{};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  SystemClock clock;
  SystemRandom random;
  IdSource ids(clock, random);
  prometheus::Registry metrics;
  Cores cores(std::atoi(argv[3]));
  const auto config = config_with(argv[2]);
  for (int core = 0; core < cores.count(); ++core) cores.at(core).set_config(config);
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
  const auto tls = std::make_shared<TlsDoor>(metrics);
  if (!tls->configure(certificate_in(argv[1]), fault) ||
      !http.open({.name = "http", .bind = {"127.0.0.1"}, .port = 0, .tls = tls}, fault)) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    return 1;
  }
  cores.start();
  if (!media.start()) return 1;
  http.start();
  std::printf("%d %d\n", http.port(), media.rtmp_port());
  for (int at = 4; at < argc; ++at) {
    std::promise<std::string> url;
    cores.at(0).spawn(make_key(&media, argv[at], &url));
    std::printf("%s ", url.get_future().get().c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
  for (;;) ::pause();
}
