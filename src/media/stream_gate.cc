#include "media/stream_gate.h"

namespace vitrine {

Task<Result<std::unique_ptr<FrameSink>>> StreamGate::admit(PublishRequest request) {
  const auto known = co_await uses_.keys.verify(request.stream, request.key);
  if (!known) co_return known.error();
  Publish publish{.id = uses_.ids.next_value(),
                  .stream = request.stream,
                  .key = known->id,
                  .key_ends = known->expires,
                  .address = request.address,
                  .encoder = request.encoder,
                  .since = uses_.clock.wall()};
  StreamClaim claim{request.stream, std::move(request.address), std::move(request.encoder),
                    request.take_over};
  auto sink = co_await uses_.directory.publish(std::move(claim));
  if (!sink) co_return sink;
  auto booked = uses_.book.enter(*std::move(sink), std::move(publish));
  // A key that was revoked while the seat was asked for found nobody in the book to end.
  const auto still_known = co_await uses_.keys.verify(std::move(request.stream), std::move(request.key));
  if (!still_known) co_return still_known.error();
  uses_.book.set_key_end(still_known->id, still_known->expires);
  co_return booked;
}

}  // namespace vitrine
