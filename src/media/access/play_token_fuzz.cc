// Play tokens: nothing but what we signed opens a stream, whatever it is called and wherever it is shown.
#include <cstdlib>

#include "media/access/play_token.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const vitrine::PlayTokens tokens(std::string(32, 'k'), std::string(32, 'o'));
  const vitrine::WallTime now{1'790'000'000'000};
  const std::string input(reinterpret_cast<const char*>(data), size);
  // The secret is known here but not to the fuzzer: a signature found by chance would be a hole.
  if (const auto taken = tokens.verify(input, "demo", "192.0.2.7", now); taken && taken->stream != "demo")
    std::abort();

  // STREAM 0 ADDRESS 0 VIEWER: what can be signed comes back, and only to the address it was made for.
  const size_t first = input.find('\0');
  const size_t second = first == std::string::npos ? first : input.find('\0', first + 1);
  if (second == std::string::npos) return 0;
  const vitrine::PlayClaim claim{input.substr(0, first), input.substr(first + 1, second - first - 1),
                                 input.substr(second + 1)};
  const auto signed_text = tokens.sign(claim, {now.ms + 1});
  if (!signed_text) return 0;
  const auto back = tokens.verify(*signed_text, claim.stream, claim.address, now);
  if (!back || back->stream != claim.stream || back->viewer != claim.viewer) std::abort();
  if (!claim.address.empty() && tokens.verify(*signed_text, claim.stream, "", now)) std::abort();
  return 0;
}
