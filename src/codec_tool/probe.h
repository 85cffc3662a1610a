// `vitrine-codec probe`: what this machine's FFmpeg can encode.
//
// Thread  any.
#pragma once

#include <string>

namespace vitrine {

// {"libavcodec":"59.37.100","encoders":[{"codec":"h264","encoder":"libx264"}, ...]}: only encoders
// that are there, in the order of preference of their codec.
std::string probe_json();

}  // namespace vitrine
