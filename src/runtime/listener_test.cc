#include "runtime/listener.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "base/log.h"
#include "testing/blocking.h"

namespace vitrine {
namespace {

// A blocking connection to loopback; -1 when refused.
int dial(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) return fd;
  ::close(fd);
  return -1;
}

// Answers each connection with the number of the core that took it.
Task<void> answer_core(Core* core, TcpSocket socket) {
  const std::string text = std::to_string(core->index());
  const auto wrote = co_await socket.write_all(as_bytes(text));
  EXPECT_TRUE(wrote);
}

Listener::Accepted answering() {
  return [](Core& core, TcpSocket socket) { core.spawn(answer_core(&core, std::move(socket))); };
}

char ask(uint16_t port) {
  const int fd = dial(port);
  char answer = 0;
  if (fd < 0 || ::read(fd, &answer, 1) != 1) answer = 0;
  ::close(fd);
  return answer;
}

TEST(Listener, EveryCoreAcceptsOnTheSamePort) {
  Cores cores(2);
  cores.start();
  std::string fault;
  auto listener = Listener::open(cores, {.name = "http"}, fault);
  ASSERT_TRUE(listener) << fault;
  EXPECT_EQ((*listener)->addresses().front(), "127.0.0.1:" + std::to_string((*listener)->port()));
  (*listener)->start(answering());
  std::set<char> seen;
  for (int attempt = 0; attempt < 200 && seen.size() < 2; ++attempt) seen.insert(ask((*listener)->port()));
  EXPECT_EQ(seen, (std::set<char>{'0', '1'}));
}

TEST(Listener, APortInUseIsRefusedWithTheNextStep) {
  Cores cores(2);
  std::string fault;
  auto first = Listener::open(cores, {.name = "http", .bind = {"127.0.0.1"}}, fault);
  ASSERT_TRUE(first) << fault;
  const uint16_t port = (*first)->port();
  auto second = Listener::open(cores, {.name = "http", .bind = {"127.0.0.1"}, .port = port}, fault);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "listen.in_use");
  EXPECT_NE(fault.find("127.0.0.1:" + std::to_string(port)), std::string::npos) << fault;
  EXPECT_NE(fault.find("--http-port"), std::string::npos) << fault;
}

TEST(Listener, AddressesThatAreNoneAreNamed) {
  Cores cores(1);
  std::string fault;
  EXPECT_EQ(Listener::open(cores, {.name = "rtmp", .bind = {"localhost"}}, fault).error().reason,
            "listen.address");
  EXPECT_NE(fault.find("\"localhost\""), std::string::npos) << fault;
  EXPECT_EQ(Listener::open(cores, {.name = "rtmp", .bind = {"203.0.113.9"}}, fault).error().reason,
            "listen.address");
  EXPECT_NE(fault.find("203.0.113.9"), std::string::npos) << fault;
  EXPECT_FALSE(Listener::open(cores, {.name = "rtmp", .bind = {}}, fault));
}

TEST(Listener, StarMeansAllAddressesOfBothKinds) {
  Cores cores(1);
  std::string fault;
  auto listener = Listener::open(cores, {.name = "http", .bind = {"*"}}, fault);
  ASSERT_TRUE(listener) << fault;
  EXPECT_EQ((*listener)->addresses().front(), "0.0.0.0:" + std::to_string((*listener)->port()));
}

TEST(Listener, TakesDescriptorsOfTheServiceManagerByName) {
  Cores cores(1);
  cores.start();
  std::string fault;
  const int handed = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(handed, reinterpret_cast<sockaddr*>(&any), sizeof(any)), 0);
  ASSERT_EQ(::listen(handed, 16), 0);
  // Names come in the order of the descriptors from 3 on; ours is the last.
  std::string names;
  for (int fd = 3; fd < handed; ++fd) names += "other:";
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  setenv("LISTEN_FDS", std::to_string(handed - 2).c_str(), 1);
  setenv("LISTEN_FDNAMES", (names + "http").c_str(), 1);
  auto listener = Listener::open(cores, {.name = "http", .bind = {"127.0.0.1"}}, fault);
  unsetenv("LISTEN_PID");
  ASSERT_TRUE(listener) << fault;
  (*listener)->start(answering());
  EXPECT_EQ(ask((*listener)->port()), '0');
  ::close(handed);
}

TEST(Listener, StoppedTakesNoMore) {
  Cores cores(1);
  cores.start();
  std::string fault;
  auto listener = Listener::open(cores, {.name = "http", .bind = {"127.0.0.1"}}, fault);
  ASSERT_TRUE(listener) << fault;
  (*listener)->start(answering());
  EXPECT_EQ(ask((*listener)->port()), '0');
  (*listener)->stop();
  auto settle = []() -> Task<void> { co_return; };
  wait_on(cores.at(0), settle());
  EXPECT_EQ(dial((*listener)->port()), -1);
}

// With no descriptor left the connection waits in the kernel; it is served once one is free again.
TEST(Listener, RunningOutOfDescriptorsPasses) {
  Cores cores(1);
  cores.start();
  std::string fault;
  auto listener = Listener::open(cores, {.name = "http", .bind = {"127.0.0.1"}}, fault);
  ASSERT_TRUE(listener) << fault;
  (*listener)->start(answering());
  ASSERT_EQ(ask((*listener)->port()), '0');

  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons((*listener)->port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval half_second{0, 250'000};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &half_second, sizeof(half_second));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  // Standard input, output and error are open, so nothing below 3 is free. UBSan looks at an object's
  // type through a pipe, which it cannot open now: no logging and no expectations meanwhile.
  const rlimit none{3, before.rlim_max};
  char answer = 0;
  set_log_level(LogLevel::off);
  const int limited = setrlimit(RLIMIT_NOFILE, &none);
  const int connected = ::connect(client, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  const ssize_t while_none = ::read(client, &answer, 1);
  const int restored = setrlimit(RLIMIT_NOFILE, &before);
  set_log_level(LogLevel::info);
  ASSERT_EQ(limited, 0);
  ASSERT_EQ(connected, 0);
  ASSERT_EQ(restored, 0);
  EXPECT_EQ(while_none, -1) << "served without a descriptor";
  const timeval long_enough{10, 0};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &long_enough, sizeof(long_enough));
  EXPECT_EQ(::read(client, &answer, 1), 1);
  EXPECT_EQ(answer, '0');
  ::close(client);
}

TEST(DescriptorLimit, IsRaisedToTheHardLimit) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(raise_descriptor_limit(), limit.rlim_max);
}

}  // namespace
}  // namespace vitrine
