#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include "contract/events.h"
#include "net/dispatch.h"
#include "ops/config.h"
#include "ops/module.h"
#include "ops/ops_routes.h"
#include "testing/blocking.h"
#include "testing/fake_clock.h"
#include "testing/postgres_server.h"

namespace vitrine {
namespace {

using testing::HasSubstr;

// Staff of one role, by the right of the test.
StaffCaller staff_with(std::initializer_list<Right> rights) {
  StaffCaller staff;
  staff.id = AccountId{7};
  for (const Right right : rights) staff.rights |= 1U << static_cast<unsigned>(right);
  return staff;
}

// Remembers what was noted.
class NotingMembers final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override {
    co_return Error{ErrorKind::not_found, "members.address"};
  }
  Task<Result<void>> audit(AuditEntry entry) override {
    entries.push_back(std::move(entry));
    co_return Result<void>();
  }
  std::vector<AuditEntry> entries;
};

class OpsTest : public testing::Test {
 protected:
  OpsTest() {
    const auto config = std::make_shared<const Config>(ops_config_keys());
    for (int index = 0; index < cores_.count(); ++index) cores_.at(index).set_config(config);
    cores_.start();
    open();
  }
  ~OpsTest() override { close(); }

  void open() {
    bus_ = make_local_bus();
    router_ = std::make_unique<Router>();
    ops_ =
        std::make_unique<OpsModule>(OpsNeeds{cores_, *router_, *bus_, clock_, folder_.path(),
                                             test_database_url(folder_.path()), board_, &members_, "1.2.3"});
    ASSERT_TRUE(ops_->start());
  }
  void close() {
    bus_->stop();
    ops_->stop();
  }

  HttpResponse send(HttpMethod method, const std::string& path, const std::string& body = "") {
    const auto known = [this](std::shared_ptr<const HttpRequest>) -> Task<Result<Caller>> {
      co_return caller_;
    };
    const Dispatcher dispatcher(*router_, known, Pages{});
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.remote = "192.0.2.1";
    if (!body.empty()) request.headers.set("Content-Type", "application/json");
    return wait_on(cores_.at(0), dispatcher.handle(std::move(request)));
  }
  boost::json::value get(const std::string& path) {
    return boost::json::parse(send(HttpMethod::get, path).body);
  }

  TestFolder folder_;
  FakeClock clock_;
  Cores cores_{2};
  HealthBoard board_;
  NotingMembers members_;
  Caller caller_;
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Router> router_;
  std::unique_ptr<OpsModule> ops_;
};

TEST_F(OpsTest, EverythingIsOnAtFirst) {
  EXPECT_EQ(get("/v1/capabilities"), (boost::json::value{{"selling", true}, {"chat", true}}));
}

TEST_F(OpsTest, ASwitchIsKeptNotedAndOutlivesARestart) {
  caller_.staff = staff_with({Right::settings_write});
  const auto answer = send(HttpMethod::put, "/v1/capabilities", R"({"selling":false})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(boost::json::parse(answer.body), (boost::json::value{{"selling", false}, {"chat", true}}));
  EXPECT_FALSE(ops_->capabilities().selling);
  ASSERT_EQ(members_.entries.size(), 1u);
  EXPECT_EQ(members_.entries[0].act, "capabilities.change");
  EXPECT_EQ(members_.entries[0].subject, "selling off, chat on");
  EXPECT_EQ(members_.entries[0].actor, AccountId{7});
  close();
  open();
  // The copy in memory is read behind start(); a change that changes nothing answers what is stored.
  EXPECT_EQ(boost::json::parse(send(HttpMethod::put, "/v1/capabilities", "{}").body).at("selling"), false);
  EXPECT_FALSE(ops_->capabilities().selling);
}

TEST_F(OpsTest, OnlyTheRightPeopleSwitch) {
  EXPECT_EQ(send(HttpMethod::put, "/v1/capabilities", R"({"chat":false})").status, 401);
  caller_.staff = staff_with({Right::room_write});
  EXPECT_EQ(send(HttpMethod::put, "/v1/capabilities", R"({"chat":false})").status, 403);
  EXPECT_TRUE(ops_->capabilities().chat);
}

TEST_F(OpsTest, OthersHearOfEachChangeOnce) {
  caller_.staff = staff_with({Right::settings_write});
  std::promise<std::vector<std::string>> told;
  std::vector<std::string> heard;
  auto target = open_database({.name = "listener",
                               .directory = folder_.path() + "/db",
                               .url = test_database_url(folder_.path()),
                               .migrations = {}});
  ASSERT_TRUE(target);
  bus_->source(**target);
  Subscription subscription;
  subscription.consumer = "test.capabilities";
  subscription.source = "ops";
  subscription.kinds = {"CapabilitiesChanged"};
  subscription.target = target->get();
  subscription.core = &cores_.at(0);
  subscription.apply = [](Transaction&, const EventRow&) { return Result<void>(); };
  subscription.applied = [&](const std::vector<EventRow>& rows) {
    for (const auto& row : rows) heard.push_back(row.payload);
    if (heard.size() == 2) told.set_value(heard);
  };
  bus_->subscribe(std::move(subscription));
  bus_->start();
  for (const char* body : {R"({"selling":false})", R"({"selling":false})", R"({"chat":false})"}) {
    EXPECT_EQ(send(HttpMethod::put, "/v1/capabilities", body).status, 200);
  }
  EXPECT_THAT(told.get_future().get(), testing::ElementsAre(R"({"selling":false,"chat":true,"version":1})",
                                                            R"({"selling":false,"chat":false,"version":2})"));
  bus_->stop();
  (*target)->close();
}

TEST_F(OpsTest, StatusNamesEachModuleToStaff) {
  EXPECT_EQ(send(HttpMethod::get, "/v1/status").status, 401);
  caller_.staff = staff_with({});
  board_.add("media", [] { return std::nullopt; });
  board_.add("shop", [] { return std::optional<std::string>("store.io"); });
  board_.failed("rooms", "store.open");
  const auto status = get("/v1/status");
  EXPECT_EQ(status.at("version"), "1.2.3");
  EXPECT_EQ(boost::json::serialize(status.at("modules")),
            R"([{"name":"media","state":"ready","reason":null},)"
            R"({"name":"shop","state":"unavailable","reason":"store.io"},)"
            R"({"name":"rooms","state":"failed","reason":"store.open"}])");
}

TEST_F(OpsTest, TheApiDescribesItself) {
  const auto openapi = get("/openapi.json");
  EXPECT_TRUE(openapi.at("paths").at("/v1/capabilities").as_object().contains("put"));
}

TEST(HealthBoard, ReadyMeansEveryModuleIs) {
  HealthBoard board;
  std::optional<std::string> trouble;
  board.add("media", [] { return std::nullopt; });
  board.add("shop", [&trouble] { return trouble; });
  EXPECT_TRUE(board.ready(board.look()));
  trouble = "disk full";
  EXPECT_FALSE(board.ready(board.look()));
  trouble.reset();
  EXPECT_TRUE(board.ready(board.look())) << "what recovers shows at once";
  board.drain();
  EXPECT_FALSE(board.ready(board.look()));
}

// The ops port by itself: it serves whichever modules run.
class OpsPortTest : public testing::Test {
 protected:
  OpsPortTest() {
    cores_.at(0).set_config(std::make_shared<const Config>(ops_config_keys()));
    add_ops_routes(router_, board_, process_, registry_);
    cores_.start();
  }
  HttpResponse get(const std::string& path) {
    const Dispatcher dispatcher(router_, {}, Pages{});
    HttpRequest request;
    request.path = path;
    return wait_on(cores_.at(0), dispatcher.handle(std::move(request)));
  }

  Cores cores_{1};
  prometheus::Registry registry_;
  ProcessMetrics process_{registry_};
  HealthBoard board_;
  Router router_;
};

TEST_F(OpsPortTest, ReadyzNamesWhoIsNot) {
  board_.add("media", [] { return std::nullopt; });
  EXPECT_EQ(get("/readyz").status, 200);
  board_.add("shop", [] { return std::optional<std::string>("store.io"); });
  const auto answer = get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr(R"({"name":"shop","state":"unavailable","reason":"store.io"})"));
  EXPECT_EQ(get("/healthz").status, 200) << "the process itself lives";
}

TEST_F(OpsPortTest, MetricsTellWhatTheProcessCosts) {
  const std::string body = get("/metrics").body;
  for (const char* name : {"vitrine_process_open_fds ", "vitrine_process_max_fds ",
                           "vitrine_process_resident_memory_bytes ", "vitrine_process_cpu_seconds_total "}) {
    const size_t at = body.find(std::string("\n") + name);
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(body.substr(at + 1 + std::string(name).size())), 0) << name;
  }
}

TEST_F(OpsPortTest, EachCoreSaysHowLateItRuns) {
  SystemClock clock;
  process_.watch(cores_, clock);
  EXPECT_THAT(get("/metrics").body, HasSubstr(R"(vitrine_loop_lag_seconds_count{core="0"})"));
}

}  // namespace
}  // namespace vitrine
