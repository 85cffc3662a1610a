#include "runtime/ring_tcp.h"

namespace vitrine {
namespace {

// Wakes after an error too: the next send meets it and reports it.
Task<void> wake_after(Task<Result<void>> wait, std::function<void()> wake) {
  const auto waited = co_await std::move(wait);
  static_cast<void>(waited);
  wake();
}

}  // namespace

void TcpRingSocket::when_writable(std::function<void()> wake) {
  core_.spawn(wake_after(socket_.wait_writable(), std::move(wake)));
}

}  // namespace vitrine
