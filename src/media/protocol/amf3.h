// AMF3 (Adobe, "Action Message Format - AMF 3", 2013) as Flash-era encoders send it: whole messages of
// types 15 and 17, and single values that AMF0 switches to. Read into AMF0's values; we never write it.
//
// Owns    its own copies; nothing points into the bytes read.
// Thread  one.
// Never   recurses deeper than kAmf0DepthMax on a peer's bytes, reserves by a declared count, or copies
//         what a reference names more often than the limits of AMF0 allow.
#pragma once

#include "media/protocol/amf0.h"

namespace vitrine {

// What may still be read of one message, in either format.
struct AmfBudget {
  int nodes = kAmf0NodesMax;
  size_t bytes = kAmf0TotalMax;  // of text, counting what references repeat
};

// One value of AMF3 off the front of `reader`; the reference tables begin empty with each (AMF0 3.1).
// An object or array sent again by reference comes out as undefined, since nothing we read is.
// Errors: `truncated`; `too_large` "amf0.depth", "amf0.nodes", "amf0.string", "amf0.total"; `unsupported`
// "amf3.type" for externalizable objects, vectors and dictionaries; `invalid_input` "amf3.reference".
Result<Amf0Value> read_amf3_value(ByteReader& reader, int depth, AmfBudget& budget);

// The body of an RTMP message of type 15 or 17: by RTMP 1.0 a format byte 0 and AMF0 after it (which may
// switch to AMF3 for a value); some senders leave the byte out, some send AMF3 throughout.
// Errors: those of read_amf0 and read_amf3_value.
Result<std::vector<Amf0Value>> read_amf3_message(Bytes body);

}  // namespace vitrine
