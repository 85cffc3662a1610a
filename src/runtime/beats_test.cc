#include "runtime/beats.h"

#include <gtest/gtest.h>

#include <string>

namespace vitrine {
namespace {

class BeatsTest : public testing::Test {
 protected:
  // Waits for one beat and says so.
  Task<void> wait_once(std::string name, Milliseconds every) {
    co_await beats_.next(every, &name);
    heard_.push_back(name);
  }
  void wait(std::string name, Milliseconds every) {
    boost::asio::co_spawn(io_, wait_once(std::move(name), every), boost::asio::detached);
  }

  boost::asio::io_context io_{1};
  Beats& beats_ = boost::asio::use_service<Beats>(io_);
  std::vector<std::string> heard_;
};

TEST_F(BeatsTest, ABeatFallsOnTheNextMultipleOfItself) {
  using Steady = std::chrono::steady_clock;
  const auto beats_past = [] { return Steady::now().time_since_epoch() / Milliseconds(50); };
  const auto before = beats_past();
  wait("one", Milliseconds(50));
  io_.run();
  EXPECT_GT(beats_past(), before);
  EXPECT_EQ(heard_, std::vector<std::string>{"one"});
}

TEST_F(BeatsTest, AllWhoWaitAreWokenInTheOrderTheyCame) {
  for (int who = 0; who < 100; ++who) wait(std::to_string(who), Milliseconds(10));
  io_.run();
  ASSERT_EQ(heard_.size(), 100u) << "more than have their turn at once";
  EXPECT_EQ(heard_.front(), "0");
  EXPECT_EQ(heard_.back(), "99");
}

TEST_F(BeatsTest, EverybodyElseGetsATurnBetweenSlices) {
  for (int who = 0; who < 40; ++who) wait("reader", Milliseconds(10));
  auto between = [this]() -> Task<void> {
    co_await beats_.next(Milliseconds(10), this);
    co_await boost::asio::post(io_, boost::asio::use_awaitable);
    heard_.push_back("between");
  };
  boost::asio::co_spawn(io_, between(), boost::asio::detached);
  for (int who = 0; who < 40; ++who) wait("reader", Milliseconds(10));
  io_.run();
  const auto at = std::ranges::find(heard_, "between") - heard_.begin();
  EXPECT_LT(at, 80) << "before the last reader";
}

TEST_F(BeatsTest, HurryEndsAWaitAndNoOther) {
  const std::string hasty = "hasty";
  auto waits = [this](const std::string* who) -> Task<void> {
    co_await beats_.next(Milliseconds(3'600'000), who);
    heard_.push_back(*who);
  };
  const std::string patient = "patient";
  boost::asio::co_spawn(io_, waits(&hasty), boost::asio::detached);
  boost::asio::co_spawn(io_, waits(&patient), boost::asio::detached);
  io_.poll();
  beats_.hurry(&hasty);
  beats_.hurry(this);  // who does not wait
  io_.poll();
  EXPECT_EQ(heard_, std::vector<std::string>{"hasty"});
}

TEST_F(BeatsTest, WhoStillWaitsAtTheEndIsDestroyedNotWoken) {
  const auto held = std::make_shared<int>(1);
  {
    boost::asio::io_context io{1};
    auto waits = [&io](std::shared_ptr<int> kept) -> Task<void> {
      co_await boost::asio::use_service<Beats>(io).next(Milliseconds(3'600'000), kept.get());
      *kept = 2;
    };
    boost::asio::co_spawn(io, waits(held), boost::asio::detached);
    io.poll();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 1);
}

}  // namespace
}  // namespace vitrine
