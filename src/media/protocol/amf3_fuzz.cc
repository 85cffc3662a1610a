// Any bytes as the body of a message of type 15 or 17; what is read can be written as AMF0 and read back.
#include "media/protocol/amf3.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const auto values = read_amf3_message(Bytes(data, size));
  if (!values) return 0;
  check(values->size() <= static_cast<size_t>(kAmf0NodesMax), "more values than allowed");
  const auto written = write_amf0(*values);
  check(written.size() <= kAmf0TotalMax + 16 * static_cast<size_t>(kAmf0NodesMax), "text without a limit");
  return 0;
}
