// The whole commerce core played by a seed: buyers, staff, time, a provider that lies and times out, storage
// that fails, and a process that dies at any commit. After every step the shop is compared with what must be.
//
// Owns    a shop whose rows outlive its processes. Thread  one; everything runs on one core.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "shop/test_sim_storage.h"
#include "shop/test_world.h"

namespace vitrine {

// How often each thing happened, by name; what is zero over all seeds fails the run.
using SimCounts = std::map<std::string, int64_t>;

class Simulation {
 public:
  // `scratch` holds the key that seals addresses; nothing else is written there.
  Simulation(uint64_t seed, std::string scratch, const Mutant* mutant = nullptr);
  ~Simulation();

  // Plays `steps`, then lets everything come to rest without faults. The first thing broken, with the step it
  // broke at, or empty.
  std::string play(int steps);
  const SimCounts& counts() const { return counts_; }

 private:
  struct Buyer {
    AccountId id{};
    std::vector<OrderId> orders{};
    std::vector<ClaimId> claims{};
  };
  struct Sent {
    PlaceRequest request{};
    OrderId order{};  // 0: nobody knows
  };

  Task<std::string> run(int steps);
  Task<void> set_up();
  Task<void> act();
  Task<void> start_process();
  Task<void> come_to_rest();

  Task<void> place(Buyer& buyer);
  Task<void> repeat_place();
  Task<void> pay(Buyer& buyer);
  Task<void> choose_outcome();
  Task<void> buyer_ends(Buyer& buyer);
  Task<void> claim_coupon(Buyer& buyer);
  Task<void> staff_orders();
  Task<void> staff_sells();
  Task<void> grab(Buyer& buyer);
  Task<void> pass_time();
  Task<void> make_coupon();

  Buyer& any_buyer() { return buyers_[choices_.below(buyers_.size())]; }
  OrderId any_order(const Buyer& buyer);
  IdempotencyKey fresh_key() { return {"sim", std::to_string(++keys_), "digest"}; }
  // Counts an answer by its reason.
  template <class T>
  void note(std::string_view act, const Result<T>& answer) {
    ++counts_[std::string(act) + " " + (answer ? "ok" : std::string(answer.error().reason))];
  }

  // The first breach among what the last step touched; `whole` looks at everything.
  std::string look(bool whole);
  std::string look_at_order(Transaction& tx, OrderId order);
  std::string look_at_pools(Transaction& tx);
  std::string look_at_ledger(Transaction& tx);
  std::string look_at_rest(Transaction& tx);
  void count_edges();

  SeededRandom choices_;
  SimStorage storage_;
  const Mutant* mutant_;
  std::string scratch_;
  FakeClock clock_;
  SeededRandom random_;
  IdSource ids_{clock_, random_};
  FakeMedia media_;
  FakeOps ops_;
  FakeMembers members_;
  std::unique_ptr<ShopServices> services_;
  std::vector<Buyer> buyers_;
  std::vector<ProductId> products_;
  std::vector<SkuId> skus_;
  std::vector<CouponId> coupons_;
  std::vector<PaymentId> payments_;
  std::vector<FlashSaleId> sales_;
  std::vector<Sent> sent_;
  std::vector<OrderId> acknowledged_;
  SimCounts counts_;
  std::string broken_;                                                   // found while acting
  std::map<int64_t, std::pair<int64_t, std::array<int64_t, 3>>> pools_;  // version and units seen
  std::map<OrderId, int64_t> told_;                                      // the newest OrderChanged
  int64_t ledger_n_ = 0;
  std::string ledger_head_;
  int64_t keys_ = 0;
};

}  // namespace vitrine
