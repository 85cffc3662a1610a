#include "media/access/viewer_book.h"

#include <gtest/gtest.h>

#include "testing/blocking.h"
#include "testing/fake_clock.h"

namespace vitrine {
namespace {

class ViewerBookTest : public testing::Test {
 protected:
  ViewerBookTest() { cores_.start(); }
  ~ViewerBookTest() override { cores_.stop(); }

  // Runs `work` on the core and everything it posted there.
  template <class F>
  void on_core(F work) {
    auto run = [](F inner) -> Task<void> {
      inner();
      co_await yield_core();
    };
    wait_on(cores_.at(0), run(std::move(work)));
  }
  ViewerBook::Entry enter(const std::string& stream, int& closed) {
    return book_.enter({.id = 0,
                        .stream = stream,
                        .protocol = "http-flv",
                        .address = "192.0.2.7",
                        .viewer = "gst_1",
                        .since = {}},
                       [&closed] { ++closed; });
  }

  FakeClock clock_;
  Cores cores_{1};
  ViewerBook book_{clock_};
};

TEST_F(ViewerBookTest, ListsWhoIsThereAndForgetsWhoWent) {
  on_core([this] {
    int closed = 0;
    const auto first = enter("demo", closed);
    const auto other = enter("other", closed);
    {
      const auto second = enter("demo", closed);
      const auto lines = book_.list("demo", 0, 10);
      ASSERT_EQ(lines.size(), 2u);
      EXPECT_EQ(lines[0].address, "192.0.2.7");
      EXPECT_EQ(lines[0].viewer, "gst_1");
      EXPECT_EQ(lines[0].since, clock_.wall());
      EXPECT_EQ(book_.list("demo", lines[0].id, 10).size(), 1u);
      EXPECT_EQ(book_.list("demo", 0, 1).size(), 1u);
    }
    EXPECT_EQ(book_.list("demo", 0, 10).size(), 1u);
  });
}

TEST_F(ViewerBookTest, OneOrAllOfAStreamAreSentAway) {
  int first_closed = 0;
  int second_closed = 0;
  int other_closed = 0;
  std::vector<ViewerBook::Entry> entries;
  on_core([&] {
    entries.push_back(enter("demo", first_closed));
    entries.push_back(enter("demo", second_closed));
    entries.push_back(enter("other", other_closed));
  });
  const auto lines = book_.list("demo", 0, 10);
  EXPECT_EQ(book_.kick("other", lines[0].id), 0) << "an id of another stream";
  EXPECT_EQ(book_.kick("demo", lines[1].id), 1);
  on_core([] {});
  EXPECT_EQ(second_closed, 1);
  EXPECT_EQ(first_closed, 0);
  EXPECT_EQ(book_.kick_all("demo"), 1) << "the other was told before";
  on_core([&] { entries.clear(); });
  EXPECT_EQ(first_closed, 1);
  EXPECT_EQ(other_closed, 0);
}

// The order to close is on its way to the core when the viewer leaves by itself.
TEST_F(ViewerBookTest, AViewerThatHasGoneIsNotTouched) {
  int closed = 0;
  on_core([&] {
    auto entry = std::make_unique<ViewerBook::Entry>(enter("demo", closed));
    EXPECT_EQ(book_.kick_all("demo"), 1);
    entry.reset();
  });
  on_core([] {});
  EXPECT_EQ(closed, 0);
}

}  // namespace
}  // namespace vitrine
