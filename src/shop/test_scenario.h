// Plays a .scn file on a shop: one line a moment, an actor, what is done, and what must be seen.
//
//   given product mug price 9.90 stock 1
//   20:00:01  bob1 buys mug       -> held until 20:05:01; stock 0 free 1 held 0 sold of mug
//   20:05:01  -                   -> bob1's order closed because time_out
//
// A scenario begins at 20:00:00. Parts after "->" are separated by ';'. "NAME's ..." speaks of NAME's
// last order, otherwise the actor's. After every line the whole shop is checked for broken invariants.
//
// Owns    the shop it plays on. Thread  the test's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shop/test_world.h"

namespace vitrine {

class Scenario {
 public:
  // Plays the text; what went wrong, with its line, or empty.
  std::vector<std::string> play(const std::string& text);

 private:
  using Words = std::vector<std::string>;
  void give(const Words& words);
  void go_to(const std::string& time);
  void act(const Words& words);
  void act_as_buyer(const std::string& buyer, const Words& words);
  void act_as_staff(const Words& words);
  void buy(const std::string& buyer, const Words& words);
  void pay(const std::string& buyer, const Words& words);
  void expect(const std::string& part, const std::string& actor);
  void expect_order(const std::string& buyer, const Words& words);
  void expect_books(const Words& words);
  void fail(const std::string& why);
  void take(const Result<void>& done);
  int64_t time_ms(const std::string& text);

  ShopWorld world_;
  const int64_t begin_ms_ = world_.clock.wall().ms;
  std::map<std::string, SkuId> products_;
  std::map<std::string, OrderId> orders_;      // each buyer's last
  std::map<std::string, PaymentId> payments_;  // each buyer's last
  std::string refused_;                        // by the last act; empty when it was done
  std::optional<Money> now_costs_;
  size_t line_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace vitrine
