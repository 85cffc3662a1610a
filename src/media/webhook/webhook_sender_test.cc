#include "media/webhook/webhook_sender.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include "runtime/blocking_queue.h"
#include "testing/postgres_server.h"
#include "testing/test_server.h"

namespace vitrine {
namespace {

using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(30);

// What integrators run: takes requests, answers what the test says, or not at all.
class Receiver {
 public:
  Receiver() {
    server_.router().add<RawBody, HttpResponse>(
        {.method = HttpMethod::post, .path = "/hook", .operation = "hook", .tag = "t", .summary = "s"},
        [this](Call call, RawBody body) { return take(std::move(call), std::move(body)); });
    server_.start();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook"; }

  std::atomic<int> status{204};
  std::atomic<bool> silent{false};
  Guarded<std::vector<std::pair<HttpHeaders, std::string>>> requests;
  size_t count() const {
    return requests.with([](const auto& all) { return all.size(); });
  }

 private:
  Task<Reply<HttpResponse>> take(Call call, RawBody body) {
    requests.with([&](auto& all) { all.emplace_back(call.request->headers, body.bytes); });
    while (silent) co_await sleep_for(Milliseconds(20));
    HttpResponse out;
    out.status = status;
    co_return out;
  }
  TestServer server_;
};

class WebhookSenderTest : public testing::Test {
 protected:
  WebhookSenderTest() {
    auto opened = open_database({.name = "media",
                                 .directory = folder_.path(),
                                 .url = test_database_url(folder_.path()),
                                 .migrations = {{1, kWebhookTables}, {2, kWebhookSecretsSealed}}});
    check(opened.ok(), "a database for the test");
    database_ = *std::move(opened);
    cores_.start();
    check(cipher_.load(folder_.path() + "/secrets/test.key").ok(), "a key for the test");
    store_.emplace(*database_, cipher_);
    begin();
  }
  ~WebhookSenderTest() override {
    wait_on(core(), sender_->close());
    database_->close();
    cores_.stop();
  }
  Core& core() { return cores_.at(0); }
  void begin(std::vector<std::string> allowed = {"127.0.0.0/8"}) {
    if (sender_) wait_on(core(), sender_->close());
    sender_.emplace(WebhookSender::Uses{core(), *database_, cipher_, clock_, metrics_, hosts_,
                                        [allowed = std::move(allowed)] { return AddressPolicy(allowed); }});
    auto start = [](WebhookSender* sender) -> Task<bool> {
      sender->start();
      co_return true;
    };
    wait_on(core(), start(&*sender_));
  }
  WebhookId add(const std::string& url) {
    const Webhook made{ids_.next<WebhookId>(), url, "secret", true, clock_.wall()};
    EXPECT_TRUE(wait_on(core(), store_->add(made, std::nullopt)));
    return made.id;
  }
  void queue(const std::string& kind = "stream.published") {
    auto work = [this, kind](Transaction& transaction) {
      return queue_deliveries(
          transaction, ids_, kind, "demo", [](DeliveryId id) { return "{\"id\":\"" + id.str() + "\"}"; },
          clock_.wall());
    };
    ASSERT_TRUE(wait_on(core(), database_->write(std::move(work))));
    sender_->wake();
  }
  std::vector<Delivery> deliveries(WebhookId id) {
    return *wait_on(core(), store_->deliveries(id, std::nullopt, 50));
  }
  template <class F>
  bool until(F condition) {
    const auto deadline = steady_clock::now() + kPatience;
    while (!condition()) {
      if (steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TestFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  IdSource ids_{clock_, random_};
  FieldCipher cipher_{random_};
  prometheus::Registry metrics_;
  Cores cores_{1};
  HostLookups hosts_;
  std::unique_ptr<Database> database_;
  std::optional<WebhookStore> store_;
  std::optional<WebhookSender> sender_;
};

TEST_F(WebhookSenderTest, DeliversSignedAndOnce) {
  Receiver receiver;
  const WebhookId id = add(receiver.url());
  queue();
  ASSERT_TRUE(until([&] { return deliveries(id)[0].state == DeliveryState::delivered; }));
  EXPECT_EQ(deliveries(id)[0].status, 204);
  EXPECT_EQ(deliveries(id)[0].tries, 1);
  ASSERT_EQ(receiver.count(), 1u);
  const auto [headers, body] = receiver.requests.with([](const auto& all) { return all[0]; });
  EXPECT_EQ(headers.get("Content-Type"), "application/json");
  EXPECT_EQ(headers.get("Vitrine-Event"), "stream.published");
  EXPECT_EQ(headers.get("Vitrine-Delivery"), deliveries(id)[0].id.str());
  const std::string signature(headers.get("Vitrine-Signature"));
  const int64_t seconds = std::stoll(signature.substr(2));
  EXPECT_EQ(signature, delivery_signature("secret", {seconds * 1'000}, body));
}

// A copy of the database is no use to who wants to forge a delivery.
TEST_F(WebhookSenderTest, ItsSecretIsNowhereInTheDatabase) {
  const WebhookId id = add("http://127.0.0.1:1/");
  const auto stored = [](Transaction& transaction) -> Result<std::pair<std::string, std::string>> {
    const auto rows = transaction.query("SELECT secret, sealed_secret FROM webhooks");
    if (!rows) return rows.error();
    return std::pair{rows->front().text(0), rows->front().blob(1)};
  };
  auto look = [&] { return *wait_on(core(), database_->read(stored)); };
  EXPECT_EQ(look().first, "");
  EXPECT_EQ(look().second.find("secret"), std::string::npos);
  auto unseal = [](Transaction& transaction) -> Result<void> {
    auto plain = transaction.execute("UPDATE webhooks SET secret = 'secret', sealed_secret = NULL");
    return plain ? Result<void>() : Result<void>(plain.error());
  };
  ASSERT_TRUE(wait_on(core(), database_->write(unseal))) << "as a version before wrote it";
  auto seal = [this](Transaction& transaction) { return seal_plain_secrets(transaction, cipher_); };
  ASSERT_TRUE(wait_on(core(), database_->write(seal)));
  EXPECT_EQ(look().first, "");
  queue();
  const auto due = wait_on(core(), store_->due({}, clock_.wall()));
  ASSERT_TRUE(due);
  ASSERT_EQ(due->now.size(), 1u);
  EXPECT_EQ(due->now[0].first.id, id);
  EXPECT_EQ(due->now[0].first.secret, "secret") << "and it signs as before";
}

TEST_F(WebhookSenderTest, TriesAgainUntilTheReceiverTakesIt) {
  Receiver receiver;
  receiver.status = 500;
  const WebhookId id = add(receiver.url());
  queue();
  ASSERT_TRUE(until([&] { return deliveries(id)[0].tries == 1; }));
  EXPECT_EQ(deliveries(id)[0].state, DeliveryState::waiting);
  EXPECT_EQ(deliveries(id)[0].status, 500);
  receiver.status = 200;
  ASSERT_TRUE(until([&] { return deliveries(id)[0].state == DeliveryState::delivered; }));
  EXPECT_EQ(deliveries(id)[0].tries, 2);
}

// The control is the silent one: its first delivery is still under way when the other has all of its.
TEST_F(WebhookSenderTest, ASilentReceiverDelaysNobodyElse) {
  Receiver silent;
  silent.silent = true;
  Receiver quick;
  const WebhookId slow_id = add(silent.url());
  const WebhookId quick_id = add(quick.url());
  for (int at = 0; at < 5; ++at) queue();
  ASSERT_TRUE(until([&] { return quick.count() == 5 && silent.count() == 1; }));
  EXPECT_EQ(deliveries(slow_id)[4].tries, 0);
  ASSERT_TRUE(until([&] { return deliveries(slow_id)[4].tries == 1; })) << "its time is over at last";
  EXPECT_EQ(deliveries(slow_id)[4].error, "tcp.timed_out");
  EXPECT_EQ(deliveries(quick_id)[0].state, DeliveryState::delivered);
  silent.silent = false;
}

TEST_F(WebhookSenderTest, NetworksOfOurOwnAreNotReachedUnlessNamed) {
  begin({});
  Receiver receiver;
  const WebhookId numeric = add(receiver.url());
  std::string by_name = receiver.url();
  by_name.replace(by_name.find("127.0.0.1"), 9, "localhost");
  const WebhookId named = add(by_name);
  queue();
  ASSERT_TRUE(until([&] { return deliveries(numeric)[0].tries == 1 && deliveries(named)[0].tries == 1; }));
  EXPECT_EQ(deliveries(numeric)[0].error, "webhook.address");
  EXPECT_EQ(deliveries(named)[0].error, "webhook.address");
  EXPECT_EQ(receiver.count(), 0u);
}

TEST_F(WebhookSenderTest, ADisabledWebhookKeepsWhatWaits) {
  Receiver receiver;
  receiver.status = 503;
  const WebhookId id = add(receiver.url());
  queue();
  ASSERT_TRUE(until([&] { return deliveries(id)[0].tries == 1; }));
  ASSERT_TRUE(wait_on(core(), store_->change(id, std::nullopt, false, std::nullopt)));
  receiver.status = 200;
  queue();
  EXPECT_EQ(deliveries(id).size(), 1u) << "nothing new is queued for it";
  ASSERT_TRUE(wait_on(core(), store_->change(id, std::nullopt, true, std::nullopt)));
  sender_->wake();
  EXPECT_TRUE(until([&] { return deliveries(id)[0].state == DeliveryState::delivered; }));
}

TEST_F(WebhookSenderTest, OnlyTheNewestThatAreDoneAreKept) {
  Receiver receiver;
  const WebhookId id = add(receiver.url());
  auto work = [this](Transaction& transaction) -> Result<int64_t> {
    for (int64_t at = 0; at < kDeliveriesKept + 20; ++at) {
      const auto queued = queue_deliveries(
          transaction, ids_, "stream.published", "demo", [](DeliveryId) { return "{}"; }, clock_.wall());
      if (!queued) return queued;
    }
    return int64_t{0};
  };
  ASSERT_TRUE(wait_on(core(), database_->write(std::move(work))));
  sender_->wake();
  ASSERT_TRUE(until([&] { return receiver.count() == kDeliveriesKept + 20; }));
  const auto all = [&] {
    auto count = [id](Transaction& transaction) -> Result<int64_t> {
      const auto rows = transaction.query("SELECT count(*) FROM webhook_deliveries WHERE webhook = $1", id);
      return rows ? Result(rows->at(0).integer(0)) : Result<int64_t>(rows.error());
    };
    return *wait_on(core(), database_->read(std::move(count)));
  };
  EXPECT_TRUE(until([&] { return all() == kDeliveriesKept; }));
}

}  // namespace
}  // namespace vitrine
