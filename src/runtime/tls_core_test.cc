#include "runtime/tls_core.h"

#include <gtest/gtest.h>

#include "testing/blocking.h"

namespace vitrine {
namespace {

Task<void> take_turn(Core* core, std::string* order) {
  co_await TlsCore::of(*core).turn();
  *order += 'h';
  core->post([order] { *order += 'o'; });
}

// A thousand handshakes at once must not hold up what is posted meanwhile: a flush.
TEST(TlsCore, BetweenTwoHandshakesEverythingElseRuns) {
  Core core(0);
  std::string order;
  for (int each = 0; each < 3; ++each) core.spawn(take_turn(&core, &order));
  core.io().run();
  EXPECT_EQ(order, "hohoho");
}

std::vector<iovec> pieces_of(std::vector<uint8_t>& a, std::vector<uint8_t>& b) {
  return {{a.data(), a.size()}, {b.data(), b.size()}};
}

std::vector<uint8_t> taken(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(TlsCore, AListIsPutInARowOncePerName) {
  Core core(0);
  TlsCore& tls = TlsCore::of(core);
  std::vector<uint8_t> a{1, 2};
  std::vector<uint8_t> b{3};
  EXPECT_EQ(taken(tls.flat(pieces_of(a, b), 1)), (std::vector<uint8_t>{1, 2, 3}));
  a[0] = 9;
  EXPECT_EQ(tls.flat(pieces_of(a, b), 1)[0], 1) << "the same name is the same bytes";
  EXPECT_EQ(tls.flat(pieces_of(a, b), 2)[0], 9);
}

TEST(TlsCore, APartMayBeginAndEndInsideAPiece) {
  Core core(0);
  TlsCore& tls = TlsCore::of(core);
  std::vector<uint8_t> a{1, 2, 3};
  std::vector<uint8_t> b{4, 5, 6};
  EXPECT_EQ(taken(tls.part(pieces_of(a, b), 1, 3)), (std::vector<uint8_t>{2, 3, 4}));
  EXPECT_EQ(taken(tls.part(pieces_of(a, b), 4, 100)), (std::vector<uint8_t>{5, 6}));
}

}  // namespace
}  // namespace vitrine
