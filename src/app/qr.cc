#include "app/qr.h"

#include <qrencode.h>

#include <memory>

namespace vitrine {

std::string terminal_qr(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return {};
  constexpr int kQuiet = 2;  // modules of light border
  const auto dark = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < code->width && y < code->width &&
           (code->data[y * code->width + x] & 1) != 0;
  };
  std::string out;
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    out += "  ";
    for (int x = -kQuiet; x < code->width + kQuiet; ++x) {
      // Light modules are drawn, so that it reads on a dark terminal.
      const bool upper = !dark(x, y);
      const bool lower = !dark(x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    out += '\n';
  }
  return out;
}

}  // namespace vitrine
