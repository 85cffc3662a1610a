// Any bytes as the values of a message; what is read writes and reads back as long as before.
#include "media/protocol/amf0.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const auto values = read_amf0(Bytes(data, size));
  if (!values) return 0;
  const auto again = read_amf0(write_amf0(*values));
  check(again.ok() && again->size() == values->size(), "what was written does not read back");
  return 0;
}
