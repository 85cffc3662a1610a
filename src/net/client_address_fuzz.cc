// Any text as X-Forwarded-For behind a trusted proxy, as a range and as an address: whoever is not believed
// is the peer itself, and a group is never longer than an address.
#include "net/client_address.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vitrine;
  const std::string text(reinterpret_cast<const char*>(data), size);
  HttpHeaders headers;
  headers.add("X-Forwarded-For", text);
  headers.add("X-Forwarded-Proto", text);
  static const AddressRanges nobody({});
  static const AddressRanges proxy({"10.0.0.0/8"});
  check(client_address("192.0.2.1", false, headers, nobody).address == "192.0.2.1",
        "a stranger was believed");
  check(!client_address("192.0.2.1", false, headers, proxy).secure, "a stranger was believed");
  (void)client_address("10.0.0.1", false, headers, proxy);
  const AddressRanges ranges({text});
  (void)ranges.contain("192.0.2.1");
  (void)ranges.contain(text);
  (void)address_group(text);
  return 0;
}
