// How often somebody may show a password or a code at a door: guessing costs a hash each. Only wrong ones
// count; a browser has few, and the guests of one address share some, because a new guest costs nothing.
// Who signed in never shares: behind a carrier's one address there are thousands.
//
// Owns    what each browser and address has left.
// Thread  any.
#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "rooms/door_visitor.h"
#include "runtime/guarded.h"

namespace vitrine {

class EntryTries {
 public:
  static constexpr double kOfDevice = 5;    // at once, then one each kEvery
  static constexpr double kOfAddress = 60;  // of all guests there, coming back ten times as fast
  static constexpr Milliseconds kEvery{120'000};

  // Takes one try; zero when there was one, else how long until there is.
  Milliseconds take(const DoorVisitor& who, MonotonicTime now);
  // It was right: gives it back.
  void give_back(const DoorVisitor& who, MonotonicTime now);

 private:
  static constexpr size_t kTriersMax = 20'000;  // more at one time wait
  struct Left {
    double tries = 0;
    MonotonicTime at{};
  };
  using Book = std::unordered_map<std::string, Left>;
  static Left& refill(Book& book, const std::string& key, double most, Milliseconds every, MonotonicTime now);
  static void forget_rested(Book& book, MonotonicTime now);

  Guarded<Book> book_;
};

}  // namespace vitrine
