// Every scenario of tests/scenarios/shop is a test by its file's name.
#include "shop/test_scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "shop/ledger/ledger.h"

namespace vitrine {
namespace {

constexpr int64_t kFirstHour = 20;
const StaffAct kStaff{AccountId{42}, "127.0.0.1"};

std::vector<std::string> split(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

// "9.90" as 990.
Money money(const std::string& text) {
  std::string digits = text;
  std::erase(digits, '.');
  return {std::stoll(digits), {}};
}

// "bob1's" as "bob1"; empty when it is no such word.
std::string owner_of(const std::string& word) {
  return word.ends_with("'s") ? word.substr(0, word.size() - 2) : std::string();
}

}  // namespace

void Scenario::fail(const std::string& why) {
  faults_.push_back("line " + std::to_string(line_) + ": " + why);
}

void Scenario::take(const Result<void>& done) {
  refused_ = done ? std::string() : std::string(done.error().reason);
}

int64_t Scenario::time_ms(const std::string& text) {
  const int64_t hours = std::stoll(text.substr(0, 2)) - kFirstHour;
  const int64_t minutes = std::stoll(text.substr(3, 2));
  return ((hours * 60 + minutes) * 60 + std::stoll(text.substr(6, 2))) * 1000;
}

std::vector<std::string> Scenario::play(const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line) && faults_.empty();) {
    ++line_;
    line = line.substr(0, line.find('#'));
    const size_t arrow = line.find("->");
    const Words words = split(line.substr(0, arrow));
    if (words.empty()) continue;
    if (words.front() == "given") {
      give(words);
      continue;
    }
    go_to(words.front());
    act({words.begin() + 1, words.end()});
    world_.settle();
    std::istringstream parts(arrow == std::string::npos ? "" : line.substr(arrow + 2));
    for (std::string part; std::getline(parts, part, ';');) expect(part, words[1]);
    for (const auto& breach : world_.breaches()) fail("broken: " + breach);
  }
  return faults_;
}

void Scenario::give(const Words& words) {
  if (words.size() == 7 && words[1] == "product") {
    products_[words[2]] = world_.add_product(words[2], money(words[4]).amount, std::stoll(words[6]));
  } else {
    fail("nobody can give this");
  }
}

void Scenario::go_to(const std::string& time) {
  const int64_t wanted = begin_ms_ + time_ms(time);
  // The scenario's clock is the boot clock's: somebody may have set the wall clock.
  const int64_t now = world_.clock.monotonic().since_start.count() / 1000 - 1'000 + begin_ms_;
  world_.advance(Milliseconds(wanted - now));
}

void Scenario::act(const Words& words) {
  refused_.clear();
  if (words.front() == "-") return;
  if (words.front() == "staff") return act_as_staff(words);
  if (words.front() == "somebody" && words[1] == "sets") {
    return world_.clock.step_wall(Milliseconds(std::stoll(words[4]) * 60'000));
  }
  if (words.front() == "vitrine" && words[1] == "restarts") return world_.restart();
  act_as_buyer(words.front(), words);
}

void Scenario::buy(const std::string& buyer, const Words& words) {
  const int64_t quantity = words.size() > 3 && words[3] != "at" ? std::stoll(words[3]) : 1;
  PlaceRequest request = world_.request(buyer, products_.at(words[2]), quantity);
  const auto at = std::find(words.begin(), words.end(), "at");
  if (at != words.end()) request.total = money(*(at + 1));
  const auto placed = world_.place(request);
  if (!placed) return void(refused_ = placed.error().reason);
  if (placed->refusal) {
    refused_ = placed->refusal->error.reason;
    now_costs_ = placed->refusal->total;
    return;
  }
  orders_[buyer] = placed->order;
}

void Scenario::pay(const std::string& buyer, const Words& words) {
  const std::string how = words.size() > 2 ? words[2] : "succeed";
  const std::string provider = how == "by" ? words[3] : "sandbox";
  const auto made = world_.run(
      world_.services->desk.begin(world_.fresh_key(), orders_.at(buyer), world_.buyer(buyer), provider));
  if (!made) return void(refused_ = made.error().reason);
  payments_[buyer] = made->id;
  const auto names = enum_names(SandboxOutcome{});
  for (size_t at = 0; at < names.size(); ++at) {
    if (names[at] == how) world_.choose(made->id, static_cast<SandboxOutcome>(at));
  }
}

void Scenario::act_as_buyer(const std::string& buyer, const Words& words) {
  CheckoutService& checkout = world_.services->checkout;
  if (words[1] == "buys") return buy(buyer, words);
  if (words[1] == "pays")
    return pay(buyer, words);  // pays [succeed|fail|delay|twice|late|by PROVIDER|nothing]
  if (words[1] == "cancels") return take(world_.run(checkout.cancel(orders_.at(buyer), world_.buyer(buyer))));
  if (words[1] == "moves") {
    return take(world_.run(checkout.change_address(orders_.at(buyer), world_.buyer(buyer), AddressId{2})));
  }
  fail("buyers cannot do this: " + words[1]);
}

void Scenario::act_as_staff(const Words& words) {
  CheckoutService& checkout = world_.services->checkout;
  const std::string& object = words[2];
  if (words[1] == "cancels") return take(world_.run(checkout.staff_cancel(orders_.at(object), kStaff)));
  if (words[1] == "ships") {
    return take(world_.run(checkout.ship(orders_.at(object), {"SF", "SF123456", {}}, kStaff)));
  }
  if (words[1] == "confirms") {
    return take(world_.run(world_.services->desk.confirm_by_hand(orders_.at(object), "usr_staff")));
  }
  if (words[1] == "receives") {
    const auto done = world_.run(world_.services->catalog.change_stock(
        world_.fresh_key(), products_.at(object), {std::stoll(words[3]), "delivery"}, "usr_staff"));
    return take(done ? Result<void>() : Result<void>(done.error()));
  }
  if (words[1] == "prices") {
    auto look = [sku = products_.at(object)](Transaction& tx) { return find_offer(tx, sku); };
    const Offer offer = world_.run(world_.services->gate.read(std::move(look))).value();
    ProductDraft draft{
        .name = offer.product_name,
        .variants = {{offer.sku, offer.variant_name, money(words[3]), std::nullopt}},
        .version = world_.run(world_.services->catalog.product(offer.product)).value().version};
    return take(world_.run(world_.services->catalog.change(offer.product, draft, "usr_staff")));
  }
  fail("staff cannot do this: " + words[1]);
}

void Scenario::expect(const std::string& part, const std::string& actor) {
  Words words = split(part);
  if (words.empty()) return;
  if (words[0] == "refused") {
    if (refused_ != words[1])
      fail("refused " + (refused_.empty() ? "nothing" : refused_) + ", not " + words[1]);
    return;
  }
  if (words[0] == "now" && words[1] == "costs") {
    if (!now_costs_ || *now_costs_ != money(words[2])) fail("another total");
    return;
  }
  if (words[0] == "stock") {
    const Pool pool = world_.pool(products_.at(words[8]));
    const std::string seen = "stock " + std::to_string(pool.free) + " free " + std::to_string(pool.held) +
                             " held " + std::to_string(pool.sold) + " sold of " + words[8];
    std::string wanted;
    for (const auto& word : words) wanted += (wanted.empty() ? "" : " ") + word;
    if (seen != wanted) fail(seen);
    return;
  }
  if (words[0] == "books") return expect_books(words);
  if (!refused_.empty()) fail("refused " + refused_);
  std::string buyer = owner_of(words[0]);
  if (!buyer.empty()) words.erase(words.begin());
  if (buyer.empty()) buyer = actor;
  if (words[0] == "order" || words[0] == "held" || words[0] == "payment" || words[0] == "went") {
    return expect_order(buyer, words);
  }
  fail("nobody can see this: " + words[0]);
}

void Scenario::expect_order(const std::string& buyer, const Words& words) {
  const OrderView view = world_.order(orders_.at(buyer), buyer);
  if (words[0] == "order") {
    if (view.state != words[1]) fail("the order is " + view.state);
    if (words.size() > 3 && view.close_reason != words[3]) fail("because " + view.close_reason.value_or("-"));
  } else if (words[0] == "held") {
    const int64_t until = view.pay_by_ms.value_or(0) - begin_ms_;
    if (until != time_ms(words[2])) fail("held until " + std::to_string(until / 1000) + " s");
  } else if (words[0] == "payment") {
    if (view.payments.empty() || view.payments.back().state != words[1]) {
      fail("the payment is " + (view.payments.empty() ? "-" : view.payments.back().state));
    }
  } else {  // went pending_payment closing closed
    const int64_t steps = world_.count("SELECT COUNT(*) FROM order_event WHERE order_id = " +
                                       std::to_string(orders_.at(buyer).value));
    if (steps != static_cast<int64_t>(words.size()) - 1)
      return fail("it took " + std::to_string(steps) + " steps");
    for (size_t at = 1; at < words.size(); ++at) {
      const int64_t state = world_.count(
          "SELECT to_state FROM order_event WHERE order_id = " + std::to_string(orders_.at(buyer).value) +
          " AND version = " + std::to_string(at));
      if (name_of(static_cast<OrderState>(state)) != words[at]) fail("step " + std::to_string(at));
    }
  }
}

// books revenue 9.90 deposits 0.00 clearing 9.90 refunds 0.00, any of them
void Scenario::expect_books(const Words& words) {
  auto look = [](Transaction& tx) { return verify_ledger(tx); };
  auto report = world_.run(world_.services->gate.read(std::move(look))).value();
  for (size_t at = 1; at + 1 < words.size(); at += 2) {
    std::string account = words[at];
    if (account == "deposits") account = "customer_deposits";
    if (account == "clearing") account = "provider_clearing";
    const int64_t balance = std::abs(report.balances[account + " CNY"]);
    if (balance != money(words[at + 1]).amount) fail(account + " is " + std::to_string(balance));
  }
}

namespace {

std::vector<std::string> scenario_files() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(VITRINE_SOURCE_DIR "/tests/scenarios/shop")) {
    if (entry.path().extension() == ".scn") out.push_back(entry.path().stem());
  }
  std::sort(out.begin(), out.end());
  return out;
}

class ShopScenario : public ::testing::TestWithParam<std::string> {};

TEST_P(ShopScenario, Plays) {
  std::ifstream file(VITRINE_SOURCE_DIR "/tests/scenarios/shop/" + GetParam() + ".scn");
  std::stringstream text;
  text << file.rdbuf();
  Scenario scenario;
  for (const auto& fault : scenario.play(text.str())) ADD_FAILURE() << GetParam() << ".scn " << fault;
}

INSTANTIATE_TEST_SUITE_P(Files, ShopScenario, ::testing::ValuesIn(scenario_files()),
                         [](const auto& test) { return test.param; });

// The runner itself must be able to say no.
TEST(ShopScenarioRunner, SeesWhatIsNotSo) {
  const std::string given = "given product mug price 9.90 stock 1\n";
  EXPECT_TRUE(Scenario().play(given + "20:00:01 bob1 buys mug -> held until 20:05:01").empty());
  EXPECT_FALSE(Scenario().play(given + "20:00:01 bob1 buys mug -> held until 20:05:02").empty());
  EXPECT_FALSE(Scenario().play(given + "20:00:01 bob1 buys mug -> refused shop.sold_out").empty());
  EXPECT_FALSE(
      Scenario().play(given + "20:00:01 bob1 buys mug -> stock 1 free 0 held 0 sold of mug").empty());
  EXPECT_FALSE(Scenario().play(given + "20:00:01 bob1 buys mug -> order paid").empty());
  EXPECT_FALSE(Scenario().play(given + "20:00:01 bob1 buys mug -> went pending_payment paid").empty());
  EXPECT_FALSE(Scenario().play(given + "20:00:01 bob1 buys mug -> books revenue 9.90").empty());
}

}  // namespace
}  // namespace vitrine
