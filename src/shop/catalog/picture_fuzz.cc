// Any bytes: a picture of a size within limits, or a refusal.
#include "shop/catalog/picture_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto facts = vitrine::read_picture_facts({data, size});
  if (facts)
    vitrine::check(facts->width > 0 && facts->width <= vitrine::kPictureSideMax, "a width in limits");
  return 0;
}
