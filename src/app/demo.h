// The demo shop: a room, products with pictures, two accounts and a live stream, planted through the same
// services the API uses. Planting again changes nothing.
//
// Owns    nothing; the publisher is the caller's.
// Thread  the main thread, with the server running.
#pragma once

#include <memory>
#include <string>

#include "app/child_process.h"
#include "app/server.h"

namespace vitrine {

// What a newcomer needs to look around. Kept in DATA/demo.json (mode 0600) so that a second start
// prints the same logins.
struct DemoAccess {
  std::string owner_password;
  std::string host_password;
  std::string stream_key;
};

// Errors: those of the modules; a module that does not run here is passed over.
Result<DemoAccess> plant_demo(Server& server);

// Pushes the demo picture into the server's own RTMP port until destroyed; null when vitrine-codec is
// not beside this program or media does not run.
std::unique_ptr<ChildProcess> start_demo_publisher(const Server& server, const DemoAccess& access);

}  // namespace vitrine
