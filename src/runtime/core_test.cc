#include "runtime/core.h"

#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>

#include <future>

namespace vitrine {
namespace {

// Counts lives, so that a compiler which destroys a coroutine's operand twice is seen
// (docs/decisions/0001-clang-and-coroutines.md).
struct Counted {
  explicit Counted(std::atomic<int>& alive) : alive(&alive) { ++alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*alive; }
  std::atomic<int>* alive;
};

template <class Work>
Task<int> call(Work work) {
  co_return work();
}

Task<int> await_capturing_lambdas(std::atomic<int>& alive) {
  const Counted counted(alive);
  int sum = 0;
  for (int round = 0; round < 100; ++round) {
    auto named = [counted] { return 1; };
    sum += co_await call(std::move(named));
    sum += co_await call([counted] { return 1; });
  }
  co_return sum;
}

TEST(Compiler, DestroysAnAwaitedOperandOnce) {
  std::atomic<int> alive{0};
  boost::asio::io_context io;
  auto done = boost::asio::co_spawn(io, await_capturing_lambdas(alive), boost::asio::use_future);
  io.run();
  EXPECT_EQ(done.get(), 200);
  EXPECT_EQ(alive, 0);
}

TEST(Core, WorkPostedFromAnotherCoreRunsOnItsHome) {
  Cores cores(2);
  cores.start();
  std::promise<int> where;
  cores.at(0).post([&] { cores.at(1).post([&] { where.set_value(Core::current()->index()); }); });
  EXPECT_EQ(where.get_future().get(), 1);
  cores.stop();
}

Task<int> which_core() {
  co_return Core::current()->index();
}

Task<void> ask_there_answer_here(Cores& cores, std::promise<std::pair<int, int>>& answer) {
  const int there = co_await on_core(cores.at(1), which_core());
  answer.set_value({there, Core::current()->index()});
}

TEST(Core, OnCoreAnswersOnTheCallersCore) {
  Cores cores(2);
  cores.start();
  std::promise<std::pair<int, int>> answer;
  cores.at(0).spawn(ask_there_answer_here(cores, answer));
  EXPECT_EQ(answer.get_future().get(), (std::pair{1, 0}));
  cores.stop();
}

TEST(Core, EqualNamesShareAHome) {
  Cores cores(4);
  EXPECT_EQ(&cores.home_of("demo"), &cores.home_of(std::string("demo")));
}

}  // namespace
}  // namespace vitrine
