// What many TLS connections share: a certificate and its key, the versions and ciphers we speak, the key
// of session tickets. Made once from files, then immutable.
//
// Owns    the SSL_CTX. Connections hold the context they began with, so a new one cuts nobody.
// Thread  made on any thread that may read files; used on every core.
// Never   puts anything of a private key into a fault or a log line.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace vitrine {

class TlsContext {
 public:
  // What a server shows. TLS 1.2 and up, ALPN http/1.1. On failure `fault` is one sentence that names the
  // setting, the file and the reason. Errors: `invalid_input` "tls.certificate", "tls.key".
  static Result<std::shared_ptr<const TlsContext>> server(const std::string& certificate_file,
                                                          const std::string& key_file, std::string& fault);

  // Whom a client of ours believes: whoever an authority of this machine vouches for, or (tests, and pulls
  // within one's own network) anybody.
  enum class Trust : uint8_t { authorities, anybody };
  // Errors: `unavailable` "tls.authorities" when this machine's list cannot be read.
  static Result<std::shared_ptr<const TlsContext>> client(Trust trust);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* get() const { return context_; }
  // When the server's certificate ends; WallTime{} for a client.
  WallTime expires() const { return expires_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  SSL_CTX* context_;
  WallTime expires_{};
};

}  // namespace vitrine
