#include "runtime/blocking_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "runtime/core.h"

namespace vitrine {
namespace {

constexpr Error kFull{ErrorKind::exhausted, "test.full"};

Task<void> run_into(BlockingPool* pool, std::function<Result<int>()> work, std::promise<Result<int>>* out) {
  Result<int> answer = co_await pool->run(std::move(work));
  EXPECT_NE(Core::current(), nullptr) << "the answer comes back on the caller's core";
  out->set_value(answer);
}

TEST(BlockingPool, RunsOffTheCoreAndAnswersOnIt) {
  Cores cores(1);
  BlockingPool pool(1, 4, kFull);
  cores.start();
  std::promise<Result<int>> out;
  cores.at(0).spawn(
      run_into(&pool, [] { return Core::current() == nullptr ? Result<int>(7) : Result<int>(0); }, &out));
  EXPECT_EQ(out.get_future().get().value(), 7);
}

// Two threads, room for three: while three are inside the fourth is refused at once, not queued.
TEST(BlockingPool, RefusesOverItsLimit) {
  Cores cores(1);
  BlockingPool pool(2, 3, kFull);
  cores.start();
  std::latch go(1);
  auto wait = [&go] {
    go.wait();
    return Result<int>(1);
  };
  std::array<std::promise<Result<int>>, 4> out;
  for (auto& promise : out) cores.at(0).spawn(run_into(&pool, wait, &promise));
  const auto refused = out[3].get_future().get();
  go.count_down();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), kFull);
  for (size_t index = 0; index < 3; ++index) EXPECT_TRUE(out[index].get_future().get());
}

}  // namespace
}  // namespace vitrine
