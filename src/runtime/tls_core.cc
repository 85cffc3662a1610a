#include "runtime/tls_core.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

namespace vitrine {

boost::asio::execution_context::id TlsCore::id;

struct TlsCore::Waiting {
  explicit Waiting(boost::asio::io_context& io) : timer(io, boost::asio::steady_timer::time_point::max()) {}
  boost::asio::steady_timer timer;  // cancelled when the turn has come
};

TlsCore::TlsCore(boost::asio::execution_context& context)
    : service(context), io_(static_cast<boost::asio::io_context&>(context)) {}

TlsCore& TlsCore::of(Core& core) {
  return boost::asio::use_service<TlsCore>(core.io());
}

Task<void> TlsCore::turn() {
  Waiting self(io_);
  waiting_.push_back(&self);
  if (!turning_) {
    turning_ = true;
    boost::asio::post(io_, [this] { next_turn(); });
  }
  boost::system::error_code ignored;
  co_await self.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

// Cancelling queues the one whose turn it is; what is posted after it comes after everything else that
// has become ready by then.
void TlsCore::next_turn() {
  if (waiting_.empty()) {
    turning_ = false;
    return;
  }
  waiting_.front()->timer.cancel();
  waiting_.pop_front();
  boost::asio::post(io_, [this] { next_turn(); });
}

Bytes TlsCore::flat(std::span<const iovec> pieces, uint64_t name) {
  if (name == flat_name_) return flat_;
  flat_.clear();
  for (const iovec& piece : pieces) {
    const auto* bytes = static_cast<const uint8_t*>(piece.iov_base);
    const size_t size = std::min(piece.iov_len, kFlatMax - flat_.size());
    flat_.insert(flat_.end(), bytes, bytes + size);
  }
  flat_name_ = name;
  return flat_;
}

Bytes TlsCore::part(std::span<const iovec> pieces, size_t from, size_t size) {
  part_.clear();
  for (const iovec& piece : pieces) {
    if (from >= piece.iov_len) {
      from -= piece.iov_len;
      continue;
    }
    const auto* bytes = static_cast<const uint8_t*>(piece.iov_base) + from;
    const size_t taken = std::min(piece.iov_len - from, size - part_.size());
    if (pieces.size() == 1) return {bytes, taken};
    part_.insert(part_.end(), bytes, bytes + taken);
    from = 0;
    if (part_.size() == size) break;
  }
  return part_;
}

}  // namespace vitrine
