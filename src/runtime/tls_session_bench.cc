// What TLS costs a viewer: one flush to many connections over loopback by TlsSession::send and by bare
// OpenSSL (SSL_write from one contiguous copy of the list, a socket BIO), interleaved, on the same
// certificate and cipher. CPU of the sending thread alone; another thread drains the sockets.
//
//   tls_session_bench [CONNECTIONS]
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "runtime/tls_session.h"
#include "testing/blocking.h"
#include "testing/tls.h"

namespace vitrine {
namespace {

constexpr int kRounds = 15;
constexpr int kFlushesInRound = 5;
constexpr size_t kPiece = 1'400;  // of a list as the ring gives it: heads, payloads, tails

double thread_cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Two ends of a loopback connection.
std::pair<int, int> connected() {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  check(::bind(listening, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(listening, 1) == 0,
        "a port");
  getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  check(::connect(client, reinterpret_cast<sockaddr*>(&at), size) == 0, "loopback connects");
  const int server = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
  const int on = 1;
  setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::close(listening);
  return {server, client};
}

// The client's side of a handshake; what comes after it is only drained.
void greet(int client) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, client);
  check(SSL_connect(ssl) == 1, "the handshake works");
  SSL_free(ssl);
  SSL_CTX_free(context);
}

struct Viewers {
  std::vector<int> clients;
  std::vector<std::unique_ptr<TlsSession>> ours;
  std::vector<SSL*> bare;
};

void add_ours(Viewers& viewers, Core& core, const std::shared_ptr<const TlsContext>& context) {
  const auto [server, client] = connected();
  auto session = TlsSession::server(context, TlsCore::of(core), server, {});
  std::thread greeting(greet, client);
  while (!*session->shake_hands()) continue;
  greeting.join();
  viewers.clients.push_back(client);
  viewers.ours.push_back(std::move(session));
}

void add_bare(Viewers& viewers, const TlsContext& context) {
  const auto [server, client] = connected();
  SSL* ssl = SSL_new(context.get());
  SSL_set_fd(ssl, server);
  SSL_set_accept_state(ssl);
  std::thread greeting(greet, client);
  while (SSL_do_handshake(ssl) != 1) continue;
  greeting.join();
  viewers.clients.push_back(client);
  viewers.bare.push_back(ssl);
}

double flush_ours(const Viewers& viewers, std::span<const iovec> pieces, size_t size, uint64_t name) {
  const double begun = thread_cpu_us();
  for (const auto& session : viewers.ours) {
    const auto taken = session->send(pieces, name);
    check(taken && *taken == size && session->waiting() == 0, "the kernel takes a flush");
  }
  return (thread_cpu_us() - begun) / static_cast<double>(viewers.ours.size());
}

double flush_bare(const Viewers& viewers, std::span<const iovec> pieces) {
  const double begun = thread_cpu_us();
  std::vector<uint8_t> flat;
  for (const iovec& piece : pieces) {
    const auto* bytes = static_cast<const uint8_t*>(piece.iov_base);
    flat.insert(flat.end(), bytes, bytes + piece.iov_len);
  }
  for (SSL* ssl : viewers.bare) {
    size_t written = 0;
    check(SSL_write_ex(ssl, flat.data(), flat.size(), &written) == 1, "the kernel takes a flush");
  }
  return (thread_cpu_us() - begun) / static_cast<double>(viewers.bare.size());
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Takes everything off the clients' sockets until told to stop.
void drain(const std::vector<int>& clients, const std::atomic<bool>& stop) {
  std::vector<uint8_t> scratch(256 * 1024);
  while (!stop) {
    for (const int client : clients) {
      while (::recv(client, scratch.data(), scratch.size(), MSG_DONTWAIT) > 0) continue;
    }
  }
}

// Waits until the drain has emptied every socket, so that each flush meets the same.
void settle(const Viewers& viewers) {
  for (const int client : viewers.clients) {
    uint8_t byte = 0;
    while (::recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) std::this_thread::yield();
  }
}

void compare(const Viewers& viewers, size_t size) {
  static uint64_t name = 0;
  std::vector<uint8_t> bytes(size, 0x5a);
  std::vector<iovec> pieces;
  for (size_t at = 0; at < size; at += kPiece)
    pieces.push_back({bytes.data() + at, std::min(kPiece, size - at)});
  std::vector<double> ours;
  std::vector<double> bare;
  for (int round = 0; round < kRounds; ++round) {
    for (int flush = 0; flush < kFlushesInRound; ++flush) {
      settle(viewers);
      ours.push_back(flush_ours(viewers, pieces, size, ++name));
      settle(viewers);
      bare.push_back(flush_bare(viewers, pieces));
    }
  }
  std::printf("%8zu %10.1f %10.1f %8.2f\n", size, median(bare), median(ours), median(ours) / median(bare));
}

int run(int connections) {
  const TestFolder folder;
  const TestCertificate certificate(folder.path(), "bench");
  std::string fault;
  const auto context = TlsContext::server(certificate.certificate, certificate.key, fault);
  check(context.ok(), "the certificate is fine");
  Core core(0);
  Viewers viewers;
  add_ours(viewers, core, *context);  // so that what OpenSSL makes once is made
  const size_t before = mallinfo2().uordblks;
  for (int each = 1; each < connections; ++each) add_ours(viewers, core, *context);
  const size_t used = mallinfo2().uordblks - before;
  std::printf("memory of one TLS session after its handshake: %zu bytes\n", used / (connections - 1));
  for (int each = 0; each < connections; ++each) add_bare(viewers, **context);
  std::printf("%8s %10s %10s %8s   (median us of CPU a send)\n", "bytes", "bare", "ours", "ratio");
  std::atomic<bool> stop = false;
  std::thread draining(drain, std::cref(viewers.clients), std::cref(stop));
  // A flush of a 1.8 Mbit/s stream at 40, 100 and 350 ms.
  for (const size_t size : {9'000u, 22'500u, 79'000u}) compare(viewers, size);
  stop = true;
  draining.join();
  return 0;
}

}  // namespace
}  // namespace vitrine

int main(int argc, char** argv) {
  return vitrine::run(argc > 1 ? std::max(2, std::atoi(argv[1])) : 200);
}
