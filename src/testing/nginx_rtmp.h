// nginx with its RTMP module: a server and relay that is not ours, for tests of both our ends.
//
// Owns    the nginx process.
// Thread  the test's.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "base/check.h"

namespace vitrine {

// A port of 127.0.0.1 that was free a moment ago.
inline uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0, "a port for the test");
  check(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0, "a port for the test");
  ::close(descriptor);
  return ntohs(address.sin_port);
}

class NginxRtmp {
 public:
  // Keeps its files in `folder`. `directives` stand in the application "live":
  // "record all; record_path /tmp;" or "push rtmp://...;".
  NginxRtmp(const std::string& folder, uint16_t port, const std::string& directives) {
    const std::string file = folder + "/nginx.conf";
    std::ofstream(file) << "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n"
                        << (geteuid() == 0 ? "user root;\n" : "") << "daemon off; master_process off; pid "
                        << folder << "/nginx.pid; error_log " << folder << "/error.log;\n"
                        << "events { worker_connections 64; }\n"
                        << "rtmp { server { listen 127.0.0.1:" << port << "; application live { live on; "
                        << directives << " } } }\n";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl("/usr/sbin/nginx", "nginx", "-c", file.c_str(), "-p", folder.c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~NginxRtmp() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  NginxRtmp(const NginxRtmp&) = delete;
  NginxRtmp& operator=(const NginxRtmp&) = delete;

 private:
  pid_t pid_;
};

}  // namespace vitrine
