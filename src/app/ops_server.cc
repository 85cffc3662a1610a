#include "app/ops_server.h"

#include <openssl/crypto.h>

#include <boost/json/parse.hpp>

#include "app/commands.h"

namespace vitrine {
namespace {

constexpr size_t kTokenBytes = 32;

bool carries_token(const HttpRequest& request, const std::string& token) {
  const std::string wanted = "Bearer " + token;
  const std::string_view given = request.headers.get("Authorization");
  return given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

std::string make_token() {
  SystemRandom random;
  return random_hex(random, kTokenBytes);
}

}  // namespace

OpsServer::OpsServer(Installation& installation)
    : installation_(installation),
      token_(make_token()),
      process_(installation.metrics()),
      server_({.cores = installation.cores(),
               .router = router_,
               .clock = installation.clock(),
               .metrics = installation.metrics()}) {
  process_.watch(installation.cores(), installation.clock());
  add_ops_routes(router_, installation.board(), process_, installation.metrics());
  router_.add<RawBody, HttpResponse>(
      {.method = HttpMethod::post,
       .path = "/control/{command}",
       .operation = "runCommand",
       .tag = "control",
       .summary = "Run a command of the command line (needs the token of DATA/control.json)"},
      [this](Call call, RawBody body) { return run(std::move(call), std::move(body)); });
}

Result<void> OpsServer::open(uint16_t port, std::string& fault) {
  return server_.open({.name = "ops", .bind = {"127.0.0.1"}, .port = port}, fault);
}

Task<Reply<HttpResponse>> OpsServer::run(Call call, RawBody body) {
  if (!carries_token(*call.request, token_)) co_return Error{ErrorKind::forbidden, "control.token"};
  boost::system::error_code failed;
  const auto json = boost::json::parse(body.bytes, failed);
  if (failed || !json.is_object()) co_return Error{ErrorKind::invalid_input, "request.json"};
  auto command = run_command(installation_.platform(), call.param("command"), json.get_object());
  const Reply<boost::json::object> reply = co_await std::move(command);
  if (!reply.ok()) co_return reply.problem();
  HttpResponse out;
  out.headers.set("Content-Type", "application/json");
  out.body = boost::json::serialize(reply.value());
  co_return out;
}

}  // namespace vitrine
