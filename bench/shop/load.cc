// Buyers of one shop, from outside: signed in, over kept connections, each with a tap of its own.
//
//   shop_load seed data=DIR accounts=N [url=postgres://...]
//       writes N buyers with a session each into the members' tables; the server must not run. They are rows
//       as the sign-in makes them, so the server treats them like any.
//   shop_load grab data=DIR port=P first=F accounts=N sale=S sku=K connections=C seconds=T [rate=R]
//       an admission and a grab for each buyer
//   shop_load cart data=DIR port=P first=F accounts=N skus=K,K,K total=MINOR coupon=C connections=C seconds=T
//       before the clock starts each buyer stores an address and claims the coupon; then an order of three
//       lines
//   prints one line: asked= answered= refused= seconds= rate= p50_ms= p99_ms=
//
// rate=0 asks as fast as answers come; with a rate buyers come on time and the time counts from when they
// were due.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "members/cookies.h"
#include "members/schema.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

using Arguments = std::map<std::string, std::string>;
using std::chrono::steady_clock;
constexpr int64_t kFirstAccount = 1'000'000;
constexpr size_t kSeedRows = 500;
constexpr Milliseconds kSessionTime{30LL * 86'400'000};

int64_t number(const Arguments& given, const std::string& name, int64_t otherwise = 0) {
  const auto found = given.find(name);
  return found == given.end() ? otherwise : std::stoll(found->second);
}
const std::string& text(const Arguments& given, const std::string& name) {
  const auto found = given.find(name);
  check(found != given.end(), "an argument is missing; see the top of bench/shop/load.cc");
  return found->second;
}

void seed(const Arguments& given) {
  const int64_t accounts = number(given, "accounts");
  auto opened = open_database({.name = "members",
                               .directory = text(given, "data") + "/db",
                               .url = given.contains("url") ? given.at("url") : std::string(),
                               .migrations = members_migrations()});
  check(opened.ok(), "the members' database opens");
  Cores cores(1);
  cores.start();
  const int64_t now = SystemClock().wall().ms;
  for (int64_t from = 0; from < accounts; from += static_cast<int64_t>(kSeedRows)) {
    auto work = [=](Transaction& tx) -> Result<void> {
      std::vector<SqlValue> buyers;
      std::vector<SqlValue> sessions;
      for (int64_t at = from; at < std::min(accounts, from + static_cast<int64_t>(kSeedRows)); ++at) {
        const int64_t account = kFirstAccount + at;
        for (auto& value : {to_sql(account), to_sql(fmt::format("buyer{}", at)), to_sql(now)})
          buyers.push_back(value);
        for (auto& value : {to_sql(account), to_sql(now), to_sql(now + kSessionTime.count())})
          sessions.push_back(value);
      }
      auto put = tx.execute_rows(
          "INSERT INTO buyers (shop_id, account, name, created_ms) VALUES ('default', $1, $2, $3)", 3,
          buyers);
      if (!put) return put;
      return tx.execute_rows(
          "INSERT INTO buyer_sessions (shop_id, session, account, created_ms, expires_ms) "
          "VALUES ('default', $1, $1, $2, $3)",
          3, sessions);
    };
    check(wait_on(cores.at(0), (*opened)->write(std::move(work))).ok(), "buyers are written");
  }
  (*opened)->close();
  cores.stop();
}

// One request after the other over one connection.
struct Connection {
  int descriptor = -1;
  std::string in;
  std::string out;
  int64_t buyer = -1;
  int step = 0;
  std::string token;    // of the admission
  std::string address;  // of the buyer
  std::string claim;
  steady_clock::time_point due;
};

struct Prepared {
  std::string address;
  std::string claim;
};

class Load {
 public:
  Load(std::string mode, Arguments given)
      : mode_(std::move(mode)),
        given_(std::move(given)),
        signer_(load_member_keys(text(given_, "data"), random_).value()),
        accounts_(number(given_, "accounts")),
        first_(number(given_, "first")),
        prepared_(static_cast<size_t>(accounts_)) {}

  void run() {
    open_connections();
    if (mode_ == "cart") {
      preparing_ = true;
      for (Connection& each : connections_) begin_next(each);
      pump(steady_clock::time_point::max());
      preparing_ = false;
      next_ = 0;
    }
    began_ = steady_clock::now();
    const auto end = began_ + std::chrono::seconds(number(given_, "seconds", 3));
    for (Connection& each : connections_) begin_next(each);
    pump(end);
    report(std::chrono::duration<double>(steady_clock::now() - began_).count());
  }

 private:
  void open_connections() {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(number(given_, "port")));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connections_.resize(static_cast<size_t>(number(given_, "connections", 64)));
    for (Connection& each : connections_) {
      each.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      check(connect(each.descriptor, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0,
            "the server listens");
      const int on = 1;
      setsockopt(each.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &each}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, each.descriptor, &event);
    }
  }

  // The next buyer on this connection; none when all came, or the time is over.
  void begin_next(Connection& connection) {
    connection.buyer = -1;
    const bool over = next_ >= accounts_ || (!preparing_ && ended_);
    if (over) return;
    const int64_t rate = preparing_ ? 0 : number(given_, "rate");
    if (rate > 0) {
      const auto due = began_ + std::chrono::nanoseconds(next_ * 1'000'000'000 / rate);
      if (due > steady_clock::now()) {
        idle_.push_back(&connection);
        return;
      }
      connection.due = due;
    }
    connection.buyer = next_++;
    connection.step = 0;
    if (rate == 0) connection.due = steady_clock::now();
    ++busy_;
    ask(connection);
  }

  void send_request(Connection& connection, const std::string& path, const std::string& body) {
    const SessionId session{kFirstAccount + first_ + connection.buyer};
    const BuyerCookie cookie{session, AccountId{session.value}, SystemClock().wall() + kSessionTime};
    connection.out = fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\nX-CSRF-Token: {}\r\nIdempotency-Key: "
        "tap-{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        path, kBuyerCookie, signer_.sign(cookie), signer_.csrf(session.str()), connection.buyer, body.size(),
        body);
    const ssize_t sent =
        send(connection.descriptor, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    check(sent == static_cast<ssize_t>(connection.out.size()), "a request fits into the socket");
  }

  void ask(Connection& connection) {
    if (preparing_) {
      if (connection.step == 0)
        return send_request(connection, "/v1/addresses",
                            R"({"name":"Bo","phone":"+8613800000000","region":"R","line":"L"})");
      return send_request(connection, "/v1/coupons/" + text(given_, "coupon") + "/claim", "");
    }
    if (mode_ == "cart") {
      const Prepared& mine = prepared_[static_cast<size_t>(connection.buyer)];
      std::string lines;
      std::string skus = text(given_, "skus");
      for (size_t at = 0; at < skus.size();) {
        const size_t end = std::min(skus.find(',', at), skus.size());
        lines += fmt::format(R"({}{{"sku":"{}","quantity":1,"price_version":1}})", lines.empty() ? "" : ",",
                             skus.substr(at, end - at));
        at = end + 1;
      }
      return send_request(
          connection, "/v1/orders",
          fmt::format(
              R"({{"room":"r","lines":[{}],"total":{{"amount":{},"currency":"CNY"}},"address":"{}","coupons":["{}"]}})",
              lines, text(given_, "total"), mine.address, mine.claim));
    }
    const std::string path = "/v1/flash-sales/" + text(given_, "sale");
    if (connection.step == 0) return send_request(connection, path + "/admission", "");
    send_request(
        connection, path + "/grabs",
        fmt::format(R"({{"token":"{}","sku":"{}","quantity":1,"total":{{"amount":500,"currency":"CNY"}}}})",
                    connection.token, text(given_, "sku")));
  }

  // The text of a member of a flat JSON answer.
  static std::string member(std::string_view body, std::string_view name) {
    const std::string before = fmt::format("\"{}\":\"", name);
    const size_t at = body.find(before);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = body.substr(at + before.size());
    return std::string(rest.substr(0, rest.find('"')));
  }

  void take(Connection& connection, int status, std::string_view body) {
    const bool good = status == 200 || status == 201;
    if (!good && refused_++ == 0) fmt::print(stderr, "refused: {} {}\n", status, body);
    if (preparing_) {
      Prepared& mine = prepared_[static_cast<size_t>(connection.buyer)];
      if (connection.step == 0) mine.address = member(body, "address");
      if (connection.step == 1) mine.claim = member(body, "claim");
      if (good && connection.step++ == 0) return ask(connection);
    } else if (mode_ == "grab" && connection.step == 0 && good) {
      connection.token = member(body, "token");
      connection.step = 1;
      // Without a rate the grab alone is timed; with one all that the buyer waited for counts.
      if (number(given_, "rate") == 0) connection.due = steady_clock::now();
      return ask(connection);
    } else if (good) {
      times_ms_.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - connection.due).count());
    }
    --busy_;
    begin_next(connection);
  }

  void read_from(Connection& connection) {
    char chunk[16'384];
    const ssize_t got = recv(connection.descriptor, chunk, sizeof(chunk), 0);
    check(got > 0, "the server keeps the connection");
    connection.in.append(chunk, static_cast<size_t>(got));
    const size_t head = connection.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    constexpr std::string_view kLength = "Content-Length: ";
    const size_t at = connection.in.find(kLength);
    size_t length = 0;
    if (at < head)
      std::from_chars(connection.in.data() + at + kLength.size(), connection.in.data() + head, length);
    if (connection.in.size() < head + 4 + length) return;
    int status = 0;
    std::from_chars(connection.in.data() + 9, connection.in.data() + 12, status);
    const std::string body = connection.in.substr(head + 4, length);
    connection.in.clear();
    take(connection, status, body);
  }

  // Until nobody waits for an answer; after `end` nobody new begins.
  void pump(steady_clock::time_point end) {
    epoll_event events[256];
    while (busy_ > 0 || !idle_.empty()) {
      if (!ended_ && steady_clock::now() >= end) ended_ = true;
      std::deque<Connection*> idle;
      idle.swap(idle_);
      for (Connection* each : idle) begin_next(*each);
      const int count = epoll_wait(poll_, events, 256, idle_.empty() ? 100 : 1);
      for (int at = 0; at < count; ++at) read_from(*static_cast<Connection*>(events[at].data.ptr));
    }
  }

  void report(double seconds) {
    std::sort(times_ms_.begin(), times_ms_.end());
    const auto percentile = [&](size_t percent) {
      return times_ms_.empty() ? 0.0 : times_ms_[(times_ms_.size() - 1) * percent / 100];
    };
    fmt::print("asked={} answered={} refused={} seconds={:.2f} rate={:.0f} p50_ms={:.1f} p99_ms={:.1f}\n",
               next_, times_ms_.size(), refused_, seconds, static_cast<double>(times_ms_.size()) / seconds,
               percentile(50), percentile(99));
  }

  std::string mode_;
  Arguments given_;
  SystemRandom random_;
  CookieSigner signer_;
  int64_t accounts_;
  int64_t first_;
  int64_t next_ = 0;
  int64_t busy_ = 0;
  int64_t refused_ = 0;
  bool preparing_ = false;
  bool ended_ = false;
  int poll_ = -1;
  steady_clock::time_point began_;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::vector<Prepared> prepared_;
  std::vector<double> times_ms_;
};

}  // namespace
}  // namespace vitrine

int main(int count, char** words) {
  vitrine::set_log_level(vitrine::LogLevel::off);
  const std::string mode = count > 1 ? words[1] : "";
  vitrine::Arguments given;
  for (int at = 2; at < count; ++at) {
    const std::string_view pair = words[at];
    const size_t equals = pair.find('=');
    vitrine::check(equals != std::string_view::npos, "arguments are name=value");
    given[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
  }
  if (mode == "seed") {
    vitrine::seed(given);
  } else {
    vitrine::Load(mode, std::move(given)).run();
  }
  return 0;
}
