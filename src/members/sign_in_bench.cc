// Ten thousand buyers sign in (DESIGN 10, issue 2): each asks for a code and enters it, through the
// routes, with the database at its full durability.
//
//   sign_in_bench            10,000 in one minute, evenly: p50, p99 and worst of both calls
//   sign_in_bench flat       10,000 as fast as 64 at a time go
//
// The rows are counted in the database afterwards.
#include <prometheus/registry.h>

#include <cstdio>
#include <latch>

#include "members/config.h"
#include "members/module.h"
#include "members/schema.h"
#include "net/dispatch.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

constexpr int kSignIns = 10'000;
constexpr int kAtOnce = 64;
constexpr Microseconds kApart{60'000'000 / kSignIns};

struct Bench {
  TestFolder folder;
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  Cores cores{2};
  prometheus::Registry registry;
  Router router;
  std::unique_ptr<Bus> bus = make_local_bus();
  std::unique_ptr<MembersModule> members;
  std::unique_ptr<Dispatcher> dispatcher;
  std::string staff_cookie;
  std::string staff_csrf;
};

HttpRequest request_of(HttpMethod method, std::string path, std::string body, int buyer) {
  HttpRequest request;
  request.method = method;
  request.path = std::move(path);
  request.body = std::move(body);
  request.remote = "198.18." + std::to_string(buyer / 250) + "." + std::to_string(buyer % 250);
  request.headers.set("Content-Type", "application/json");
  return request;
}

// One call, timed; its answer's body when the status is as wanted.
Task<std::string> timed(Bench* bench, HttpRequest request, int wanted, double* seconds) {
  const MonotonicTime before = bench->clock.monotonic();
  const HttpResponse response = co_await bench->dispatcher->handle(std::move(request));
  *seconds = std::chrono::duration<double>(bench->clock.monotonic() - before).count();
  check(response.status == wanted, response.body.c_str());
  co_return response.body;
}

struct Times {
  double code = 0;
  double sign_in = 0;
};

// The sandbox shows the last 200 codes, masked; the last four digits tell ours.
Task<std::string> read_code(Bench* bench, std::string masked) {
  HttpRequest request = request_of(HttpMethod::get, "/v1/staff/sms", "", 0);
  request.headers.set("Cookie", "vitrine_staff=" + bench->staff_cookie);
  double ignored = 0;
  const auto list = boost::json::parse(co_await timed(bench, std::move(request), 200, &ignored));
  for (const auto& item : list.at("items").as_array()) {
    if (item.at("phone_masked").get_string() == masked) co_return std::string(item.at("code").get_string());
  }
  check(false, "the code is among the last sent");
  co_return "";
}

Task<void> sign_in(Bench* bench, int buyer, Times* times) {
  char phone[16];
  std::snprintf(phone, sizeof phone, "139%04d%04d", buyer / 10'000, buyer % 10'000);
  const std::string ask = std::string(R"({"phone":")") + phone + R"(","consent":true})";
  HttpRequest code_request = request_of(HttpMethod::post, "/v1/buyers/codes", ask, buyer);
  co_await timed(bench, std::move(code_request), 202, &times->code);
  const std::string code = co_await read_code(bench, "139****" + std::string(phone + 7));
  const std::string enter =
      std::string(R"({"phone":")") + phone + R"(","code":")" + code + R"(","consent":true})";
  HttpRequest enter_request = request_of(HttpMethod::post, "/v1/buyers/sessions", enter, buyer);
  co_await timed(bench, std::move(enter_request), 200, &times->sign_in);
}

void report(const char* name, std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const auto at = [&](double share) {
    return 1000 * seconds[static_cast<size_t>(share * static_cast<double>(seconds.size() - 1))];
  };
  std::printf("%-22s p50 %7.2f ms   p99 %7.2f ms   worst %7.2f ms\n", name, at(0.5), at(0.99), at(1));
}

// Buyers of one core, one after another or `apart` from each other.
Task<void> paced(Bench* bench, int core, std::vector<Times>* times, std::latch* left) {
  const MonotonicTime begin = bench->clock.monotonic();
  for (int buyer = core; buyer < kSignIns; buyer += bench->cores.count()) {
    const Microseconds wait = begin + kApart * buyer - bench->clock.monotonic();
    if (wait.count() > 1'000) co_await sleep_for(std::chrono::duration_cast<Milliseconds>(wait));
    auto one = [](Bench* b, int who, Times* t, std::latch* l) -> Task<void> {
      co_await sign_in(b, who, t);
      l->count_down();
    };
    Core::current()->spawn(one(bench, buyer, &(*times)[static_cast<size_t>(buyer)], left));
  }
}

Task<void> flat(Bench* bench, std::atomic<int>* next, std::vector<Times>* times, std::latch* left) {
  for (int buyer = (*next)++; buyer < kSignIns; buyer = (*next)++) {
    co_await sign_in(bench, buyer, &(*times)[static_cast<size_t>(buyer)]);
    left->count_down();
  }
}

void open(Bench& bench) {
  Config config(members_config_keys());
  const auto shared = std::make_shared<const Config>(std::move(config));
  for (int index = 0; index < bench.cores.count(); ++index) bench.cores.at(index).set_config(shared);
  bench.cores.start();
  bench.members = std::make_unique<MembersModule>(MembersNeeds{.cores = bench.cores,
                                                               .router = bench.router,
                                                               .bus = *bench.bus,
                                                               .clock = bench.clock,
                                                               .random = bench.random,
                                                               .ids = bench.ids,
                                                               .data_directory = bench.folder.path(),
                                                               .metrics = bench.registry});
  bench.dispatcher = std::make_unique<Dispatcher>(bench.router, bench.members->authenticator(), Pages{});
  check(bench.members->start().ok(), "members starts");
  check(wait_on(bench.cores.at(0), bench.members->create_staff("bench", Role::owner, "bench words")).ok(),
        "staff is made");
  const auto answer =
      wait_on(bench.cores.at(0),
              bench.dispatcher->handle(request_of(HttpMethod::post, "/v1/staff/sessions",
                                                  R"({"name":"bench","password":"bench words"})", 0)));
  for (const auto& [name, value] : answer.headers.all()) {
    const size_t at = value.find("vitrine_staff=");
    if (at != std::string::npos) bench.staff_cookie = value.substr(at + 14, value.find(';') - at - 14);
  }
}

// What was answered is there: one row each.
void count_rows(Bench& bench) {
  auto database = open_sqlite(
      {.name = "members", .directory = bench.folder.path() + "/db", .migrations = members_migrations()});
  check(database.ok(), "the database opens again");
  for (const char* table : {"buyers", "buyer_sessions", "consents"}) {
    auto work = [sql = std::string("SELECT count(*) FROM ") + table](Transaction& transaction) {
      return transaction.query(sql);
    };
    const auto rows = wait_on(bench.cores.at(0), (*database)->read(std::move(work)));
    check(rows.ok() && rows->front().integer(0) == kSignIns, "every sign-in has its row");
  }
  (*database)->close();
}

int run(bool at_full_speed) {
  Bench bench;
  open(bench);
  std::vector<Times> times(kSignIns);
  std::latch left(kSignIns);
  std::atomic<int> next = 0;
  const MonotonicTime begin = bench.clock.monotonic();
  for (int core = 0; !at_full_speed && core < bench.cores.count(); ++core) {
    bench.cores.at(core).spawn(paced(&bench, core, &times, &left));
  }
  for (int worker = 0; at_full_speed && worker < kAtOnce; ++worker) {
    bench.cores.at(worker % bench.cores.count()).spawn(flat(&bench, &next, &times, &left));
  }
  left.wait();
  const double seconds = std::chrono::duration<double>(bench.clock.monotonic() - begin).count();
  bench.bus->stop();
  bench.members->stop();
  count_rows(bench);
  std::vector<double> codes;
  std::vector<double> sign_ins;
  for (const auto& one : times) {
    codes.push_back(one.code);
    sign_ins.push_back(one.sign_in);
  }
  std::printf("%d sign-ins in %.1f s (%.0f/s), %s\n", kSignIns, seconds, kSignIns / seconds,
              at_full_speed ? "64 at a time" : "one each 6 ms");
  report("POST /buyers/codes", std::move(codes));
  report("POST /buyers/sessions", std::move(sign_ins));
  return 0;
}

}  // namespace
}  // namespace vitrine

int main(int count, char** words) {
  return vitrine::run(count > 1 && std::string_view(words[1]) == "flat");
}
