// A QR code for a terminal, two modules a character row.
#pragma once

#include <string>

namespace vitrine {

// Empty when the text does not fit a QR code.
std::string terminal_qr(const std::string& text);

}  // namespace vitrine
