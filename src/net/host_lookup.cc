#include "net/host_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>

namespace vitrine {
namespace {

constexpr size_t kAddressesMax = 16;

}  // namespace

std::vector<std::string> look_up_host(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  std::vector<std::string> out;
  for (const addrinfo* at = found; at != nullptr && out.size() < kAddressesMax; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      out.emplace_back(text.data());
  }
  freeaddrinfo(found);
  return out;
}

}  // namespace vitrine
