// What other modules may ask of ops: which capabilities of the shop are switched on.
#pragma once

#include <string>

namespace vitrine {

struct Capabilities {
  bool selling = true;
  bool chat = true;
};

// Thread: any. Answers from memory; everything is on while ops does not run here.
class OpsPort {
 public:
  virtual ~OpsPort() = default;
  virtual Capabilities capabilities() const = 0;
};

}  // namespace vitrine
