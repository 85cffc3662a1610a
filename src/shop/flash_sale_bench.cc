// Durable grabs a second on one SKU, in process and over HTTP, beside a bare single writer of the same rows
// and a naive transaction a grab; the rows are counted in the database afterwards.
//
//   build/release/flash_sale_bench [SECONDS] [WAITING] [--engine sqlite|postgres]
//
// 3 seconds each, 256 grabs waiting at once, on SQLite; for PostgreSQL it starts a server of its own on disk.
//
// Over HTTP the buyers are told apart by a header instead of members' sessions: it measures the way from the
// socket through the batch door and back, with the load generator on the same cores.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/log.h"
#include "shop/config.h"
#include "shop/flash_sale/sale_api.h"
#include "shop/services.h"
#include "store/postgres/connection.h"
#include "store/postgres/url.h"
#include "store/sqlite/connection.h"
#include "testing/http_client.h"
#include "testing/postgres_server.h"
#include "testing/test_server.h"

namespace vitrine {
namespace {

using std::chrono::steady_clock;
constexpr int64_t kUnits = 1'000'000;

class NoMedia final : public MediaPort {
 public:
  StreamStatus status(const std::string&) const override { return {}; }
  std::string play_query(const std::string&, const std::string&) const override { return {}; }
  void on_state(std::function<void(std::string, StreamState)>) override {}
};
class AllOn final : public OpsPort {
 public:
  Capabilities capabilities() const override { return {}; }
};
class NoMembers final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override {
    co_return Error{ErrorKind::not_found, "members.address"};
  }
  Task<Result<void>> audit(AuditEntry) override { co_return Result<void>{}; }
};

Task<Result<Caller>> by_header(std::shared_ptr<const HttpRequest> request) {
  Caller caller{.viewer = Caller::Viewer::buyer, .guest = {}, .account = {}, .name = "bob1", .staff = {}};
  caller.account = AccountId{std::stoll(std::string(request->headers.get("X-Buyer")))};
  co_return caller;
}

// Where the shops of the benchmark keep their rows: in SQLite files, or each in a schema of its own.
struct Engine {
  explicit Engine(bool postgres) {
    if (postgres) server = std::make_unique<PostgresServer>(true);
  }
  std::string fresh_url() {
    return server ? server->url("shop" + std::to_string(++shops) + "_") : std::string();
  }
  std::unique_ptr<PostgresServer> server;
  int shops = 0;
};

// A shop with one open sale of kUnits, behind an HTTP server on a free port.
struct Stand {
  explicit Stand(Engine& engine)
      : url(engine.fresh_url()),
        server({.cores = 2, .authenticator = by_header, .more_keys = shop_config_keys()}),
        services({.clock = clock,
                  .random = random,
                  .ids = ids,
                  .data_directory = folder.path(),
                  .media = media,
                  .ops = ops,
                  .members = members,
                  .publish_delay = [] { return Milliseconds(0); },
                  .sandbox = true}),
        api(services.sales, members, nullptr) {
    api.add_routes(server.router());
    server.start();
    check(services.open(folder.path(), url).ok(), "the shop opens");
    ProductDraft product{.name = "mug", .variants = {{std::nullopt, "one", {990, {}}, kUnits}}};
    const auto made = run(services.catalog.create({"bench", "product", ""}, product, "system"));
    check(made.ok(), "a product");
    sku = run(services.catalog.product(made->id))->variants.front().sku;
    const FlashSaleDraft draft{.room = "demo", .items = {{sku, {500, {}}, kUnits}}, .duration_s = 86'400};
    sale = run(services.sales.create({"bench", "sale", ""}, draft, "system"))->id;
    check(run(services.sales.start(sale, "system")).ok(), "the sale opens");
  }
  ~Stand() { services.gate.close(); }
  template <class T>
  T run(Task<T> task) {
    return wait_on(server.cores().at(0), std::move(task));
  }
  int64_t count(std::string sql) {
    auto look = [sql](Transaction& tx) -> Result<int64_t> {
      auto rows = tx.query(sql);
      if (!rows) return rows.error();
      return rows->front().integer(0);
    };
    return run(services.gate.read(std::move(look))).value();
  }

  std::string url;
  TestFolder folder;
  SystemClock clock;
  SystemRandom random;
  IdSource ids{clock, random};
  NoMedia media;
  AllOn ops;
  NoMembers members;
  TestServer server;
  ShopServices services;
  SaleApi api;
  SkuId sku;
  FlashSaleId sale;
};

struct Figures {
  double rate = 0;
  int64_t rows = 0;
  double batch = 1;
  double p99_ms = 0;
};

double seconds_since(steady_clock::time_point from) {
  return std::chrono::duration<double>(steady_clock::now() - from).count();
}

double p99(std::vector<double>& times_ms) {
  if (times_ms.empty()) return 0;
  const auto at = times_ms.begin() + static_cast<std::ptrdiff_t>(times_ms.size() * 99 / 100);
  std::nth_element(times_ms.begin(), at, times_ms.end());
  return *at;
}

Figures counted(Stand& stand, int64_t answered, double seconds, std::vector<double> times_ms) {
  const int64_t rows = stand.count("SELECT COUNT(*) FROM orders WHERE sale IS NOT NULL");
  check(rows == answered, "every answered grab is a row, and every row was answered");
  check(stand.count("SELECT held FROM pool WHERE kind = 1") == rows, "the pool says the same");
  const auto batches =
      static_cast<double>(stand.count("SELECT COUNT(*) FROM movement WHERE reason = 'grabbed'"));
  return {static_cast<double>(rows) / seconds, rows, static_cast<double>(rows) / batches, p99(times_ms)};
}

Task<void> grab_until(Stand& stand, int64_t first, int64_t step, const std::atomic<bool>& over,
                      std::vector<double>& times_ms) {
  for (int64_t buyer = first; !over.load(); buyer += step) {
    const auto begun = steady_clock::now();
    const auto admission = co_await stand.services.sales.admit(stand.sale, AccountId{buyer});
    GrabCall call{.sale = stand.sale,
                  .draft = {admission->token, stand.sku, 1, {500, {}}},
                  .buyer = AccountId{buyer},
                  .buyer_name = "bob1",
                  .key = "tap"};
    const auto answer = co_await stand.services.sales.grab(std::move(call));
    check(answer.ok() && !answer->refusal, "there is enough for everybody");
    times_ms.push_back(seconds_since(begun) * 1'000);
  }
}

Figures in_process(Engine& engine, double seconds, int64_t waiting) {
  Stand stand(engine);
  std::atomic<bool> over{false};
  std::vector<double> times_ms;
  std::vector<std::future<void>> grabbers;
  const auto begun = steady_clock::now();
  for (int64_t one = 1; one <= waiting; ++one) {
    grabbers.push_back(begin_on(stand.server.cores().at(0), grab_until(stand, one, waiting, over, times_ms)));
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  over = true;
  for (auto& grabber : grabbers) grabber.get();
  return counted(stand, static_cast<int64_t>(times_ms.size()), seconds_since(begun), std::move(times_ms));
}

Figures over_http(Engine& engine, double seconds, int64_t connections) {
  Stand stand(engine);
  std::atomic<bool> over{false};
  std::vector<std::vector<double>> times(static_cast<size_t>(connections));
  std::vector<std::thread> buyers;
  const std::string path = "/v1/flash-sales/" + stand.sale.str();
  const auto begun = steady_clock::now();
  for (int64_t one = 0; one < connections; ++one) {
    buyers.emplace_back([&, one] {
      HttpClient client(stand.server.port());
      for (int64_t buyer = 1 + one; !over.load(); buyer += connections) {
        const HttpClient::Headers headers{{"X-Buyer", std::to_string(buyer)}, {"Idempotency-Key", "tap"}};
        // The admission is its own call; only the grab is timed and counted.
        const auto token = client.post(path + "/admission", "", headers).json().at("token").as_string();
        const std::string body = fmt::format(
            R"({{"token":"{}","sku":"{}","quantity":1,"total":{{"amount":500,"currency":"CNY"}}}})",
            std::string_view(token.data(), token.size()), stand.sku.str());
        const auto sent = steady_clock::now();
        const auto reply = client.post(path + "/grabs", body, headers);
        check(reply.status == 201, "there is enough for everybody");
        times[static_cast<size_t>(one)].push_back(seconds_since(sent) * 1'000);
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  over = true;
  for (auto& buyer : buyers) buyer.join();
  const double took = seconds_since(begun);
  std::vector<double> all;
  for (const auto& some : times) all.insert(all.end(), some.begin(), some.end());
  const auto answered = static_cast<int64_t>(all.size());
  return counted(stand, answered, took, std::move(all));
}

struct BarePool {
  int64_t pool = 0;
  int64_t version = 0;
};

// Writes the rows of grabs with nothing around them: no queue, no decision, no answer. `batch` rows a commit;
// `naive` takes the stock with UPDATE ... WHERE free > 0 and commits each grab alone.
template <class Connection>
Figures write_bare(Connection& db, Stand& stand, const BarePool& at_first, double seconds, int64_t batch,
                   bool naive) {
  const int64_t pool = at_first.pool;
  int64_t version = at_first.version;
  constexpr bool kSqlite = std::is_same_v<Connection, SqliteConnection>;
  const auto must = [](const auto& done) { check(done.ok(), "a row is written"); };
  int64_t rows = 0;
  int64_t event = 1'000'000;
  const auto begun = steady_clock::now();
  while (seconds_since(begun) < seconds) {
    must(db.execute(kSqlite ? "BEGIN IMMEDIATE" : "BEGIN"));
    if (naive) {
      const std::array<SqlValue, 1> which{to_sql(pool)};
      must(
          db.execute("UPDATE pool SET free = free - 1, held = held + 1, version = version + 1 "
                     "WHERE shop_id = 'default' AND pool = $1 AND free > 0",
                     which));
    }
    std::vector<SqlValue> values;
    for (int64_t at = 0; at < batch; ++at) {
      for (auto& value :
           {to_sql(stand.ids.next<OrderId>()), to_sql(++rows), to_sql(stand.sale), to_sql(pool)}) {
        values.push_back(value);
      }
    }
    must(db.execute_rows(
        "INSERT INTO orders (shop_id, order_id, buyer, buyer_masked, room, state, version, test, "
        "currency, items, discount, shipping, total, created_ms, pay_by_ms, pay_by_boot_ms, "
        "pay_by_boot_id, sale, pool, units, grab_key) VALUES ('default', $1, $2, 'b***1', 'demo', "
        "0, 1, 1, 'CNY', 500, 0, 0, 500, 1, 1, 1, 1, $3, $4, 1, 'tap')",
        4, values));
    const std::array<SqlValue, 3> moved{to_sql(pool), to_sql(++version), to_sql(batch)};
    if (!naive) {
      must(
          db.execute("UPDATE pool SET free = free - $3, held = held + $3, version = $2 "
                     "WHERE shop_id = 'default' AND pool = $1",
                     moved));
    }
    must(db.execute(
        "INSERT INTO movement (shop_id, pool, n, kind, quantity, free_change, held_change, sold_change, "
        "owner, reason, actor, at_ms) VALUES ('default', $1, $2, 2, $3, 0 - $3, $3, 0, 0, 'grabbed', "
        "'buyers', 1)",
        moved));
    const std::array<SqlValue, 2> told{to_sql(++event),
                                       to_sql(std::string(static_cast<size_t>(120 * batch), 'x'))};
    must(
        db.execute("INSERT INTO outbox (shop_id, shard, n, kind, schema, aggregate, version, payload, at_ms) "
                   "VALUES ('default', 0, $1, 'FlashStockChanged', 1, 'pol', 1, $2, 1)",
                   told));
    must(db.execute("COMMIT"));
  }
  return {static_cast<double>(rows) / seconds_since(begun), rows, static_cast<double>(batch), 0};
}

Figures bare(Engine& engine, double seconds, int64_t batch, bool naive) {
  Stand stand(engine);
  const BarePool pool{stand.count("SELECT pool FROM pool WHERE kind = 1"),
                      stand.count("SELECT version FROM pool WHERE kind = 1")};
  stand.services.gate.close();
  if (stand.url.empty()) {
    const auto opened = SqliteConnection::open({.path = stand.folder.path() + "/db/shop.sqlite"});
    check(opened.ok(), "the file opens");
    return write_bare(**opened, stand, pool, seconds, batch, naive);
  }
  const auto url = parse_postgres_url(stand.url);
  const auto opened = PostgresConnection::open({.url = url->connect, .schema = url->schema_prefix + "shop"});
  check(opened.ok(), "the server answers");
  return write_bare(**opened, stand, pool, seconds, batch, naive);
}

void print(const char* name, const Figures& figures, double against) {
  fmt::print("{:<44} {:>9.0f}/s  {:>8} rows  {:>6.1f} a commit  p99 {:>6.1f} ms  ratio {:.2f}\n", name,
             figures.rate, figures.rows, figures.batch, figures.p99_ms, figures.rate / against);
}

// A line for an aim; whether it was met.
bool judge(const char* what, double figure, double aim) {
  const bool met = figure >= aim;
  fmt::print("  {:<42} {:>12.2f}  aim {:>9.2f}  {}\n", what, figure, aim, met ? "ok" : "MISSED");
  return met;
}

bool measure(Engine& engine, double seconds, int64_t waiting) {
  const Figures ours = in_process(engine, seconds, waiting);
  const auto batch = std::max<int64_t>(1, static_cast<int64_t>(ours.batch));
  const Figures writer = bare(engine, seconds, batch, false);
  const Figures naive = bare(engine, seconds, 1, true);
  const Figures http = over_http(engine, seconds, 64);
  print("bare single writer, the same rows", writer, writer.rate);
  print("ours, in process", ours, writer.rate);
  print("ours, over HTTP, 64 connections", http, writer.rate);
  print("naive UPDATE ... WHERE free > 0, one a commit", naive, writer.rate);
  fmt::print("ours in process is {:.1f} times the naive one, over HTTP {:.1f} times\n",
             ours.rate / naive.rate, http.rate / naive.rate);
  const bool postgres = engine.server != nullptr;
  bool met = judge("in process, grabs a second", ours.rate, postgres ? 15'000 : 25'000);
  met &= judge("in process, of the bare writer", ours.rate / writer.rate, 0.7);
  met &= judge("over HTTP, grabs a second", http.rate, postgres ? 8'000 : 15'000);
  return met;
}

}  // namespace
}  // namespace vitrine

int main(int argc, char** argv) {
  vitrine::set_log_level(vitrine::LogLevel::off);
  const double seconds = argc > 1 ? std::stod(argv[1]) : 3;
  const int64_t waiting = argc > 2 ? std::stoll(argv[2]) : 256;
  const bool postgres =
      argc > 4 && std::string_view(argv[3]) == "--engine" && std::string_view(argv[4]) == "postgres";
  vitrine::Engine engine(postgres);
  return vitrine::measure(engine, seconds, waiting) ? 0 : 1;
}
