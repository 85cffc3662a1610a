// One TLS connection over a descriptor: handshake, reading, sending. OpenSSL does the protocol; where its
// bytes come from and go to is here.
//
//   1  Bytes that send() took are in a record, and records leave whole and in order: nothing is taken twice
//      and nothing taken back.
//   2  What the kernel did not take of the last records waits here (waiting()) and leaves before anything
//      else. While something waits, send() takes nothing.
//   3  What waits is at most one record, save for a socket that was empty and took less than four.
//
// Owns    OpenSSL's connection and the encrypted bytes that wait; borrows the descriptor.
// Thread  the core.
// Never   waits, and knows no loop: tcp.cc says when.
#pragma once

#include <openssl/types.h>
#include <sys/uio.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/tls_context.h"
#include "runtime/tls_core.h"
#include "wire/byte_reader.h"

struct bio_method_st;  // OpenSSL's BIO_METHOD, which its light header leaves out

namespace vitrine {

class TlsSession {
 public:
  // `greeting`: what was already read off the descriptor, which must be non-blocking.
  static std::unique_ptr<TlsSession> server(std::shared_ptr<const TlsContext> context, TlsCore& core,
                                            int descriptor, std::vector<uint8_t> greeting);
  // `host` is asked for (SNI), and its certificate must be for it if the context checks at all.
  static std::unique_ptr<TlsSession> client(std::shared_ptr<const TlsContext> context, TlsCore& core,
                                            int descriptor, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Goes on with the handshake as far as the bytes that have come allow: at most one signature. False: more
  // must come. Errors: `unavailable` "tls.handshake", "tcp.closed" when the peer left.
  Result<bool> shake_hands();
  // What has arrived, as TcpSocket::receive().
  Result<std::optional<size_t>> receive(std::span<uint8_t> into);
  // As RingSocket::send_shared(); `name` 0: nobody else gets these.
  Result<size_t> send(std::span<const iovec> pieces, uint64_t name);
  // Gives the kernel what waits. Errors: `unavailable` "tcp.reset".
  Result<void> flush();
  // Encrypted bytes the kernel has not taken yet.
  size_t waiting() const { return waiting_.size() - waiting_sent_; }
  // Tells the peer that no more will come (close_notify); reading goes on.
  void say_goodbye();
  // OpenSSL's words for the last error; static text.
  const char* why() const { return why_; }

 private:
  TlsSession(std::shared_ptr<const TlsContext> context, TlsCore& core, int descriptor,
             std::vector<uint8_t> greeting);

  static const bio_method_st* bio_method();
  static int bio_write(BIO* bio, const char* bytes, int size);
  static int bio_read(BIO* bio, char* into, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);

  // What OpenSSL's last call failed with.
  Error failure();
  size_t batch_bytes(size_t left) const;
  Result<void> encrypt(Bytes plain);
  // The records gathered so far, and `last`: to the kernel, the rest to waiting_.
  bool put(Bytes last);
  // Bytes taken; -1 when the connection is broken.
  ssize_t give(std::span<const iovec> pieces) const;

  std::shared_ptr<const TlsContext> context_;
  TlsCore& core_;
  SSL* ssl_;
  int descriptor_;
  bool more_follows_ = false;  // within encrypt(): another record comes, so this one is only gathered
  bool ended_ = false;         // the peer has finished
  bool broken_ = false;        // the kernel refused
  std::vector<uint8_t> greeting_;
  size_t greeting_used_ = 0;
  std::vector<uint8_t> waiting_;
  size_t waiting_sent_ = 0;
  const char* why_ = "";
};

}  // namespace vitrine
