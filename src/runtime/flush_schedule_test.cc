#include "runtime/flush_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace vitrine {
namespace {

constexpr Milliseconds kInterval{40};

MonotonicTime at(int64_t ms) {
  return {Microseconds((1'000 + ms) * 1'000)};
}

// When pictures that come at `arrivals` leave.
std::vector<int64_t> departures(const std::vector<int64_t>& arrivals) {
  FlushSchedule schedule;
  std::vector<int64_t> out;
  for (const int64_t arrival : arrivals) {
    const MonotonicTime leaves = std::max(at(arrival), schedule.next());
    schedule.flushed(leaves, kInterval);
    out.push_back((leaves - at(0)).count() / 1'000);
  }
  return out;
}

TEST(FlushSchedule, PicturesInTimeLeaveAtOnce) {
  EXPECT_EQ(departures({0, 40, 80, 120}), (std::vector<int64_t>{0, 40, 80, 120}));
}

TEST(FlushSchedule, ALatePictureDelaysNoneAfterIt) {
  EXPECT_EQ(departures({0, 70, 80, 120, 160}), (std::vector<int64_t>{0, 70, 80, 120, 160}));
}

TEST(FlushSchedule, PicturesThatComeTooFastLeaveOneAnInterval) {
  EXPECT_EQ(departures({0, 10, 20, 30}), (std::vector<int64_t>{0, 40, 80, 120}));
}

// 23 is read on no beat; the flush after it may leave on one again, and shares its turn with all others.
TEST(FlushSchedule, SlotsBeginOnTheBeat) {
  EXPECT_EQ(departures({23, 30, 70}), (std::vector<int64_t>{23, 40, 80}));
}

TEST(FlushSchedule, ABeatIsTheIntervalOrAPartOfALongOne) {
  EXPECT_EQ(flush_beat(Milliseconds(0)), Milliseconds(0));
  EXPECT_EQ(flush_beat(Milliseconds(40)), Milliseconds(40));
  EXPECT_EQ(flush_beat(Milliseconds(100)), Milliseconds(100));
  EXPECT_EQ(flush_beat(Milliseconds(200)), Milliseconds(100));
  EXPECT_EQ(flush_beat(Milliseconds(350)), Milliseconds(87));
}

TEST(FlushSchedule, TheBeatOfATimeIsTheFirstNotBeforeIt) {
  EXPECT_EQ(FlushSchedule::on_beat(at(40), kInterval), at(40));
  EXPECT_EQ(FlushSchedule::on_beat(at(41), kInterval), at(80));
  EXPECT_EQ(FlushSchedule::on_beat(at(41), Milliseconds(0)), at(41))
      << "without an interval every moment is one";
}

TEST(FlushSchedule, APauseEarnsNoBurst) {
  EXPECT_EQ(departures({0, 1'000, 1'001, 1'002}), (std::vector<int64_t>{0, 1'000, 1'040, 1'080}));
}

}  // namespace
}  // namespace vitrine
