#include "runtime/beats.h"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <iterator>
#include <utility>

namespace vitrine {

boost::asio::execution_context::id Beats::id;

Beats::Beats(boost::asio::execution_context& context)
    : service(context), io_(static_cast<boost::asio::io_context&>(context)) {}

// What waited goes with its coroutine, which may hold sockets that ask here on their way out.
void Beats::shutdown() {
  const auto groups = std::exchange(groups_, {});
}

Task<void> Beats::next(Milliseconds every, const void* who) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
      [this, every, who](auto handler) { add(every, {who, std::move(handler)}); },
      boost::asio::use_awaitable);
}

void Beats::hurry(const void* who) {
  for (Group& group : groups_) {
    const auto found = std::ranges::find(group.waiting, who, &Waiting::who);
    if (found == group.waiting.end()) continue;  // or it is due, and its turn comes anyway
    boost::asio::post(io_, std::move(found->wake));
    group.waiting.erase(found);
    return;
  }
}

Beats::Group& Beats::group_of(Milliseconds every) {
  const auto found = std::ranges::find(groups_, every, &Group::every);
  return found != groups_.end() ? *found : groups_.emplace_back(io_, every);
}

void Beats::add(Milliseconds every, Waiting waiting) {
  Group& group = group_of(every);
  group.waiting.push_back(std::move(waiting));
  if (!group.armed) arm(group);
}

void Beats::arm(Group& group) {
  using Steady = std::chrono::steady_clock;
  const auto now = Steady::now().time_since_epoch();
  group.armed = true;
  group.timer.expires_at(Steady::time_point(now - now % group.every + group.every));
  group.timer.async_wait([this, &group](const boost::system::error_code& failed) {
    if (failed) return;
    group.armed = false;
    // If the core is late, behind those of the last beat that still wait for their turn.
    const bool slicing = !group.due.empty();
    std::ranges::move(group.waiting, std::back_inserter(group.due));
    group.waiting.clear();
    if (!slicing) slice(group);
  });
}

void Beats::slice(Group& group) {
  for (size_t turn = 0; turn < kSlice && group.done < group.due.size(); ++turn) {
    auto wake = std::move(group.due[group.done++].wake);
    wake();
  }
  if (group.done < group.due.size()) {
    boost::asio::post(io_, [this, &group] { slice(group); });
    return;
  }
  group.due.clear();
  group.done = 0;
}

}  // namespace vitrine
