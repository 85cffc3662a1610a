#include "media/stream_gate.h"

namespace vitrine {

Task<Result<std::unique_ptr<FrameSink>>> StreamGate::admit(PublishRequest request) {
  const auto known = co_await keys_.verify(request.stream, request.key);
  if (!known) co_return known.error();
  StreamClaim claim{std::move(request.stream), std::move(request.address), std::move(request.encoder),
                    request.take_over};
  co_return co_await directory_.publish(std::move(claim));
}

Task<Result<void>> StreamGate::admit_play(PlayRequest) {
  co_return Result<void>();
}

}  // namespace vitrine
